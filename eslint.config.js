import tseslint from 'typescript-eslint';

// The rooms of the house, lowest first: a room imports only from rooms before it in this list.
const rooms = [
  'core',
  'backend',
  'metrics',
  'optimizers',
  'sampling',
  'losses',
  'heads',
  'mixup',
  'subset',
  'data',
  'models',
  'train',
  'experiment',
  'cli',
];
const nodeRooms = ['experiment', 'cli'];

const nodeOnly = {
  regex: '^node:|/node/|^(yauzl|tar-stream|proper-lockfile|env-paths|commander|cli-progress|cli-table3)$',
  message: 'Node-only code lies in <room>/node/, src/experiment and src/cli.',
};
const unionPackage = {
  regex: '^@tensorflow/tfjs$',
  message: 'The union package brings backends: import @tensorflow/tfjs-core or -layers.',
};
const behindIndex = {
  regex: `^(\\.\\./)+(${rooms.join('|')})/(?!(node/)?index\\.js$|options\\.js$)`,
  message: 'Import another room through its index.ts, not past it.',
};

/** What a file of `room` must not import. */
function restrictionsOf(room, allowNode) {
  const later = rooms.slice(rooms.indexOf(room) + 1);
  const upward = { regex: `^(\\.\\./)+(${later.join('|')})/`, message: `${room} comes before these rooms.` };
  const patterns = [unionPackage, behindIndex, ...(later.length > 0 ? [upward] : []), ...(allowNode ? [] : [nodeOnly])];
  return { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] };
}

export default tseslint.config(
  { ignores: ['**/dist', 'docs/api', 'runs', 'node_modules', '.bench'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 400 }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.property.name=/^(dataSync|arraySync)$/]',
          message: 'webgpu has no synchronous read: await data().',
        },
      ],
    },
  },
  ...rooms.flatMap((room) => [
    {
      files: [`src/${room}/**/*.ts`],
      ignores: [`src/${room}/node/**`],
      rules: restrictionsOf(room, nodeRooms.includes(room)),
    },
    { files: [`src/${room}/node/**/*.ts`], rules: restrictionsOf(room, true) },
  ]),
);
