/**
 * The folder of this file, where the worker is, too. A CommonJS file in both builds, because only `__dirname` compiles in
 * both: of the ES modules this gives the worker that is one, of the CommonJS build its own. Requires nothing, for in a
 * bundle of ES modules nothing can be.
 */

/** The folder; `undefined` in a bundle of ES modules, which has no such variable. */
export const ownFolder: string | undefined = typeof __dirname === 'undefined' ? undefined : __dirname;
