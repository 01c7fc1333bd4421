import { BackendError } from '../errors.js';

/** Loads a package that only some formats need; `load` is its dynamic import, and `purpose` what it is for. */
export async function optionalPackage<T>(name: string, purpose: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const got = code === 'ERR_MODULE_NOT_FOUND' ? 'none' : message.split('\n')[0];
    throw new BackendError(purpose, `the package ${name}`, got, `Install it with: npm i ${name}`, { cause: error });
  }
}
