/** What a module of `scripts/` exports, whose types the caller knows: scripts have none. */
export async function importScript<T>(path: string): Promise<T> {
  return (await import(new URL(`../../scripts/${path}`, import.meta.url).href)) as T;
}
