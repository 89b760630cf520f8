/**
 * Puts the modules of `lib/` into a few files, as ES modules and as CommonJS. To find, read and link a module takes a
 * runtime some tenths of a millisecond, and the library has more than a hundred of them. What is put together, and why
 * so, is in docs/adr/0013-bundles.md.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from '@rollup/wasm-node';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const lib = join(root, 'lib');

/** What package.json's "imports" choose among. */
const chosen = ['platform/node', 'platform/web', 'platform/no-disposable-stacks'];

/**
 * The files that entries share, and what is in them. `base` is all that connectors need, and the worker that calls one:
 * it loads no package. The stacks are the polyfill's own: what they are loaded from is CommonJS, and slow to load.
 */
const sharedFiles = {
  base: /^(errors$|resources\/(?!disposable-stack$)|tracing\/tracing$|connectors\/)/,
  core: /^(futures|lifetimes|ownership|proxy|references|registry|serialize|store|tracing)\//,
};

/** Without comments, which are in the source maps, and a third of what would have to be read. */
const compilerOptions = {
  ...ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.esm.json'),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic(diagnostic) {
        throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
      },
    },
  ).options,
  removeComments: true,
};

/**
 * Writes each entry of the package under the name of its source, and beside it what several entries share; all with
 * source maps that have the sources in them.
 *
 * @param {{ esm: string, cjs: string }} folders - Where to.
 */
export async function bundle({ esm, cjs }) {
  const entries = entryModules();
  const bundled = await rollup({
    input: Object.fromEntries([...entries, ...chosen].map((name) => [name, join(lib, `${name}.ts`)])),
    plugins: [sources],
    // What is imported for its effect stays, and stays in order.
    treeshake: false,
  });
  /** @type {import('@rollup/wasm-node').OutputOptions} */
  const output = {
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: ({ name, moduleIds }) =>
      name in sharedFiles ? `${name}.js` : `${moduleName(moduleIds.at(-1))}.js`,
    manualChunks: (id) => sharedFile(moduleName(id), entries),
    generatedCode: { preset: 'es2015', symbols: false },
    minifyInternalExports: false,
    hoistTransitiveImports: false,
  };
  try {
    await bundled.write({ ...output, format: 'es', dir: esm });
    await bundled.write({
      ...output,
      format: 'cjs',
      dir: cjs,
      // As the compiler does it: with its mark, and with require() for import(), which not all who run CommonJS have.
      exports: 'named',
      esModule: true,
      interop: 'auto',
      dynamicImportInCjs: false,
    });
  } finally {
    await bundled.close();
  }
  for (const folder of [esm, cjs]) await transpileCommonJs(folder);
}

/** Finds and compiles modules for Rollup. All but those of the library stay imports. */
const sources = {
  name: 'sources',
  resolveId(/** @type {string} */ specifier, /** @type {string | undefined} */ importer) {
    if (importer === undefined) return null;
    if (!specifier.startsWith('.')) return false;
    const file = resolve(dirname(importer), specifier);
    // What is CommonJS stays a file of its own, which is why it is: for its `require`, or for where it is.
    return specifier.endsWith('.cjs') ? { id: file, external: true } : file.replace(/\.js$/, '.ts');
  },
  async load(/** @type {string} */ file) {
    const { code, map } = await transpile(file, ts.ModuleKind.ESNext);
    return { code, map };
  },
};

/** Compiles the modules that are CommonJS in both forms of the package. */
async function transpileCommonJs(/** @type {string} */ folder) {
  const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.cts'),
  );
  for (const name of files) {
    const file = join(folder, name.replace(/\.cts$/, '.cjs'));
    const { code, map } = await transpile(join(lib, name), ts.ModuleKind.CommonJS);
    map.sources = [relative(dirname(file), join(lib, name)).split(sep).join('/')];
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${code}//# sourceMappingURL=${basename(file)}.map\n`);
    await writeFile(`${file}.map`, JSON.stringify(map));
  }
}

/** Compiles a module by itself, which `isolatedModules` makes sure can be done. */
async function transpile(/** @type {string} */ file, /** @type {ts.ModuleKind} */ module) {
  const { outputText, sourceMapText } = ts.transpileModule(await readFile(file, 'utf8'), {
    fileName: file,
    compilerOptions: { ...compilerOptions, module },
  });
  return {
    code: outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ''),
    map: { ...JSON.parse(sourceMapText), sources: [basename(file)] },
  };
}

/** Which file a module is shared in; `undefined` where it is an entry or one's own. */
function sharedFile(/** @type {string} */ name, /** @type {readonly string[]} */ entries) {
  if (entries.some((entry) => name === entry || name.startsWith(`${entry}/`))) return undefined;
  return Object.entries(sharedFiles).find(([, modules]) => modules.test(name))?.[0];
}

/** The name of a module in `lib/`, such as `connectors/file`. */
function moduleName(/** @type {string} */ file) {
  return relative(lib, file).replace(/\.ts$/, '').split(sep).join('/');
}

/** The modules that package.json exports. */
function entryModules() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.values(exports)
    .filter((entry) => typeof entry !== 'string')
    .map((entry) => /^\.\/dist\/esm\/(.+)\.js$/.exec(entry.import.default)[1]);
}
