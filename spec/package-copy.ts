import type * as Package from '../lib/index.js';

/** A copy of the package. */
export type PackageCopy = typeof Package;

/** Loads the package once more into this thread, with classes and symbols of its own. */
export async function loadPackageCopy(): Promise<PackageCopy> {
  let copy: PackageCopy | undefined;
  await jest.isolateModulesAsync(async () => {
    copy = await import('../lib/index.js');
  });
  return copy!;
}
