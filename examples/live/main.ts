import { backendOfPage, changeBackend, startBackend } from './backend.js';
import type { Shape } from './problem.js';
import { epochs, Session, type Settings } from './session.js';
import { element, showClasses, showError, showProgress } from './view.js';

const [form, toggle] = [element<HTMLFormElement>('controls'), element<HTMLButtonElement>('toggle')];
const value = (id: string): string => element<HTMLInputElement>(id).value;
let session: Session | undefined;
let training = false;

function settings(): Settings {
  const imbalance = 10 ** Number(value('imbalance'));
  return { shape: value('shape') as Shape, imbalance, tau: Number(value('tau')), seed: Number(value('seed')) };
}

function showSettings(): void {
  const { imbalance, tau } = settings();
  element('imbalance-value').textContent = `${imbalance.toFixed(0)} : 1`;
  element('tau-value').textContent = tau.toFixed(2);
}

function showState(): void {
  toggle.formNoValidate = training; // Stop stops, whatever the fields hold
  toggle.textContent = training ? 'Stop' : session?.finished ? 'Again' : 'Start';
  document.body.dataset['state'] = training ? 'training' : session?.finished ? 'trained' : 'stopped';
}

/** One thing after another: what a control asks for waits until the one before has stopped what was under way. */
let queue = Promise.resolve();
function next(task: () => Promise<void>): void {
  queue = queue.then(task).catch(showError);
}

async function stop(): Promise<void> {
  await session?.stop();
}

/** A new session; it trains at once if asked to. */
async function renew(train: boolean): Promise<void> {
  await stop();
  session?.dispose();
  showError();
  const made: Session = new Session(settings(), (progress, epoch) => {
    showProgress(made.problem, progress);
    element<HTMLProgressElement>('progress').value = epoch / epochs;
    element('status').textContent = `Epoch ${epoch} of ${epochs}, on ${backendOfPage}`;
  });
  session = made;
  showClasses(made.problem);
  await made.report();
  if (train) start();
  else showState();
}

function start(): void {
  const started = session!;
  training = true;
  showState();
  started
    .start()
    .catch(showError)
    .finally(() => {
      training = false;
      showState();
    });
}

form.addEventListener('input', showSettings);
form.addEventListener('change', ({ target }) => {
  if (target === element('backend')) changeBackend(value('backend'));
  else if (!toggle.disabled && form.checkValidity()) next(() => renew(training || session?.finished === true));
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  next(async () => {
    if (training) await stop();
    else if (session!.finished) await renew(true);
    else start();
  });
});
form.addEventListener('reset', () => {
  // The form has its first values after this event.
  setTimeout(() => {
    element<HTMLSelectElement>('backend').value = backendOfPage;
    showSettings();
    next(() => renew(false));
  });
});
const repaint = (): void => next(async () => (training ? undefined : session?.report()));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);
addEventListener('resize', repaint);

element<HTMLSelectElement>('backend').value = backendOfPage;
showSettings();
next(async () => {
  await startBackend();
  await renew(true);
  toggle.disabled = element<HTMLButtonElement>('reset').disabled = false;
});
