import { BackendError } from '../../core/index.js';

/** A wheel of the Python package index. */
export interface WheelPin {
  readonly distribution: string;
  readonly version: string;
  /** The platform tags pip is asked for, the wheel's own first. */
  readonly platforms: readonly string[];
  readonly sha256: string;
  readonly megabytes: number;
}

/** A package of the npm registry. */
export interface NpmPin {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** Everything one native backend is made of; its `id` names the folder in the cache. */
export interface NativePlan {
  readonly id: string;
  readonly tensorflow: WheelPin;
  /** The CUDA libraries that TensorFlow opens at run time. */
  readonly cuda: readonly WheelPin[];
  readonly tfjsNode: NpmPin;
  readonly protobuf: NpmPin;
  readonly nodeApiHeaders: NpmPin;
  /** The two shared libraries in the wheel's `tensorflow/` folder. */
  readonly libraries: readonly string[];
  /** Headers of the TensorFlow C API, below the wheel's `tensorflow/include/`. */
  readonly headers: readonly string[];
  /** Flags that link any addon. */
  readonly linkFlags: readonly string[];
  /** Flags that link an addon with the TensorFlow libraries and let it find them in its own folder. */
  readonly tensorflowFlags: readonly string[];
  /** Free disk space the installation needs while it runs. */
  readonly diskBytes: number;
}

/** Raise it when the layout or the contents of an installation change: old folders are then left alone and not loaded. */
const RECIPE = 1;
const VERSION = '2.21.0';

const tfjsNode: NpmPin = {
  name: '@tensorflow/tfjs-node',
  version: '4.22.0',
  integrity: 'sha512-uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==',
};
const protobuf: NpmPin = {
  name: 'google-protobuf',
  version: '3.21.4',
  integrity: 'sha512-MnG7N936zcKTco4Jd2PX2U96Kf9PxygAPKBug+74LHzmHXmceN16MmRcdgZv+DGef/S9YvQAfRsNCn4cjf9yyQ==',
};
const nodeApiHeaders: NpmPin = {
  name: 'node-api-headers',
  version: '1.9.0',
  integrity: 'sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==',
};

// What `g++ -M` lists for the addon's two sources against this version of TensorFlow.
const headers = [
  ...['c_api', 'c_api_macros', 'tf_attrtype', 'tf_buffer', 'tf_datatype', 'tf_status', 'tf_tensor', 'tf_tstring'].map(
    (name) => `tensorflow/c/${name}.h`,
  ),
  'tensorflow/c/eager/c_api.h',
  'tensorflow/core/platform/ctstring.h',
  'tensorflow/core/platform/ctstring_internal.h',
  'tsl/platform/ctstring.h',
  'tsl/platform/ctstring_internal.h',
  'xla/tsl/c/tsl_status.h',
];

// `nodelete`: what an addon keeps for the whole process must outlive the worker thread that loaded it.
const linux = {
  libraries: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  linkFlags: ['-Wl,-z,nodelete'],
  tensorflowFlags: ['-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2', '-Wl,-rpath,$ORIGIN'],
};
const macos = {
  libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
  linkFlags: ['-undefined', 'dynamic_lookup'],
  tensorflowFlags: ['-ltensorflow_cc.2', '-ltensorflow_framework.2', '-Wl,-rpath,@loader_path'],
};

function tensorflow(distribution: string, platform: string, sha256: string, megabytes: number): WheelPin {
  return { distribution, version: VERSION, platforms: [platform], sha256, megabytes };
}

const wheels = {
  'linux-x64': tensorflow(
    'tensorflow-cpu',
    'manylinux_2_27_x86_64',
    '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    274,
  ),
  'linux-x64-gpu': tensorflow(
    'tensorflow',
    'manylinux_2_27_x86_64',
    '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
    572,
  ),
  'linux-arm64': tensorflow(
    'tensorflow',
    'manylinux_2_27_aarch64',
    '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    282,
  ),
  'darwin-arm64': tensorflow(
    'tensorflow',
    'macosx_12_0_arm64',
    '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
    223,
  ),
};

/** The CUDA packages of `tensorflow[and-cuda]`: name, version, sha256, MB. */
const cudaWheels: readonly (readonly [string, string, string, number])[] = [
  ['nvidia-cublas-cu12', '12.9.3.13', 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72', 581],
  ['nvidia-cuda-cupti-cu12', '12.8.90', 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182', 10],
  ['nvidia-cuda-nvcc-cu12', '12.9.86', '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0', 41],
  ['nvidia-cuda-nvrtc-cu12', '12.9.86', '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4', 90],
  ['nvidia-cuda-runtime-cu12', '12.9.79', '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3', 4],
  ['nvidia-cudnn-cu12', '9.28.0.42', '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375', 717],
  ['nvidia-cufft-cu12', '11.4.1.4', 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28', 201],
  ['nvidia-curand-cu12', '10.3.10.19', '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e', 68],
  ['nvidia-cusolver-cu12', '11.7.5.82', '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88', 338],
  ['nvidia-cusparse-cu12', '12.5.10.65', '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78', 367],
  ['nvidia-nccl-cu12', '2.32.3', 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c', 352],
  ['nvidia-nvjitlink-cu12', '12.9.86', 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9', 40],
];
const CUDA_PLATFORMS = ['manylinux_2_27_x86_64', 'manylinux2014_x86_64', 'manylinux2010_x86_64'];

/** What to install on this machine; throws where that is not known to work. */
export function planFor(where: string, { gpu = false, force = false, platform = hostPlatform() } = {}): NativePlan {
  const target = gpu ? `${platform}-gpu` : platform;
  const wheel = wheels[target as keyof typeof wheels];
  if (wheel === undefined) throw unsupported(where, gpu ? 'linux-x64 for the CUDA libraries' : supported(), platform);
  if (!force && !target.startsWith('linux-x64')) throw unsupported(where, 'linux-x64', platform, FORCE_HINT);
  const cuda = gpu
    ? cudaWheels.map(([distribution, version, sha256, megabytes]) => ({
        distribution,
        version,
        platforms: CUDA_PLATFORMS,
        sha256,
        megabytes,
      }))
    : [];
  return {
    id: `${wheel.distribution}-${VERSION}-tfjs-node-${tfjsNode.version}-${target}-${RECIPE}`,
    tensorflow: wheel,
    cuda,
    ...{ tfjsNode, protobuf, nodeApiHeaders, headers },
    ...(platform.startsWith('darwin') ? macos : linux),
    diskBytes: gpu ? 6.5e9 : 1.5e9,
  };
}

/** `linux-x64`; `linux-x64-musl` where the C library is not the one the wheels are made for. */
function hostPlatform(): string {
  const name = `${process.platform}-${process.arch}`;
  if (process.platform !== 'linux') return name;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined ? `${name}-musl` : name;
}

const WASM_HINT = 'Use the wasm backend, which needs nothing installed';
const FORCE_HINT = `${WASM_HINT}, or pass force to try it all the same`;

function supported(): string {
  return 'linux-x64 (or, with force, linux-arm64 or darwin-arm64)';
}

function unsupported(where: string, expected: string, platform: string, hint = WASM_HINT): BackendError {
  return new BackendError(where, expected, platform, hint);
}
