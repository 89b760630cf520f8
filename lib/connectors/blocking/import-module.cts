/**
 * Imports a module by its URL, whatever its format. A file of its own because the CommonJS build makes every `import()`
 * that it can see a `require()`, which takes no URL and, in older versions of Node, no ES module.
 */

// eslint-disable-next-line @typescript-eslint/no-implied-eval -- hidden from the compiler, see above
export const importModule = new Function('url', 'return import(url)') as (url: string) => Promise<unknown>;
