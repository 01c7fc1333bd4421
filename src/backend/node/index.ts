/**
 * Backends in Node: the native one and its installation, wasm and cpu, and the choice among them.
 *
 * @packageDocumentation
 */
// All of the browser's entry; the name below shadows its chooseBackend.
export * from '../index.js';
export { chooseBackend } from './choose.js';
export { installNativeBackend } from './install.js';
export type { InstallResult } from './install.js';
export type { NativeSource } from './load.js';
export { prepareBackend } from './prepare.js';
export type { PrepareOptions } from './prepare.js';
export type { InstallOptions, InstallProgress } from './progress.js';
export { nativeBackendStatus } from './status.js';
export type { NativeBackendStatus, StatusOptions } from './status.js';
export { summaryWriter } from './tensorboard.js';
export type { SummaryWriter } from './tensorboard.js';
export { uninstallNativeBackend } from './uninstall.js';
export type { UninstallOptions } from './uninstall.js';
