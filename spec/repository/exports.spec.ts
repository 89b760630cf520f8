import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

interface Manifest {
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
  readonly imports: unknown;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const subpaths = Object.keys(manifest.exports).filter((subpath) => subpath !== './package.json');

describe.each(subpaths)('the export %s', (subpath) => {
  /** The file of lib/ that it is built from, such as `connectors/file`. */
  const source = /^\.\/dist\/esm\/(.+)\.js$/.exec(
    (manifest.exports[subpath] as { import: { default: string } }).import.default,
  )?.[1];

  it('is built from a file of lib/', () => {
    expect(existsSync(join(root, 'lib', `${String(source)}.ts`))).toBe(true);
  });

  it('has both formats, each with its own types, which come first', () => {
    const exported = manifest.exports[subpath] as Record<'import' | 'require', Record<string, string>>;
    expect(exported).toEqual({
      import: { types: `./dist/esm/${String(source)}.d.ts`, default: `./dist/esm/${String(source)}.js` },
      require: { types: `./dist/cjs/${String(source)}.d.ts`, default: `./dist/cjs/${String(source)}.js` },
    });
    expect([exported.import, exported.require].map((conditions) => Object.keys(conditions)[0])).toEqual([
      'types',
      'types',
    ]);
  });
});

it('needs no peer dependency for itself', () => {
  for (const name of Object.keys(manifest.peerDependencies ?? {})) {
    expect([name, manifest.peerDependenciesMeta?.[name]]).toEqual([name, { optional: true }]);
  }
});

it('exports every entry that a page or an example imports', () => {
  const pages = ['README.md', ...filesIn('docs', '.md'), ...filesIn('examples', '.ts', '.js')];
  const imported = pages
    .filter((page) => existsSync(join(root, page)))
    .flatMap((page) => {
      const matches = readFileSync(join(root, page), 'utf8').matchAll(/['"]proxystore\/([\w./-]*\w)['"]/g);
      return Array.from(matches, ([, entry]) => ({ page, entry: `./${String(entry)}` }));
    });
  expect(imported.filter(({ entry }) => !(entry in manifest.exports))).toEqual([]);
});

function filesIn(folder: string, ...endings: string[]): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .map((name) => join(folder, name));
}
