import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const undo: (() => void)[] = [];

/** Undoes what this file's functions have made; `setup.ts` calls it when a test file ends. */
export function cleanUp(): void {
  for (const step of undo.splice(0).reverse()) step();
}

/** A fresh folder, removed when the test file ends. */
export function freshFolder(): string {
  const folder = keptFolder();
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder for what several test files look at and none changes; it goes when all tests have ended. */
export function keptFolder(): string {
  return mkdtempSync(join(tmpdir(), 'longtail-test-'));
}

/** A fresh folder on a disk of so many kB of its own, or `null` where this process may not mount one. */
export function smallDisk(kilobytes: number): string | null {
  const folder = freshFolder();
  if (!mounted('-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder)) return null;
  undo.push(() => execFileSync('umount', [folder]));
  return folder;
}

/** Makes a folder of {@link smallDisk}, or any folder when not root, refuse every write; false where that cannot be had. */
export function makeReadOnly(folder: string): boolean {
  if (mounted('-o', 'remount,ro', folder)) return true;
  if (process.getuid?.() === 0) return false; // root may write anywhere
  chmodSync(folder, 0o555);
  undo.push(() => chmodSync(folder, 0o755));
  return true;
}

function mounted(...args: string[]): boolean {
  try {
    execFileSync('mount', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
