import js from '@eslint/js';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { floorZones, nodeFiles } from './scripts/floors.mjs';

const typed = ['**/*.ts', '**/*.cts', '**/*.mts'];
const notTyped = ['**/*.js', '**/*.mjs', '**/*.cjs'];

export default defineConfig(
  { ignores: ['dist/', '.dist-*/', 'build/', 'coverage/', 'spec/package/fixtures/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: typed,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      // `using _held = …` holds a resource to the end of the block; to be held is its use.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A method is `async` so that what it throws is a rejection, whether it awaits something or not.
      '@typescript-eslint/require-await': 'off',
      // The default forbids numbers, which read in a message as one means them.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: notTyped,
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { module: 'writable', require: 'readonly' } },
  },
  {
    name: 'floors',
    files: ['lib/**'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.cts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.cts'] },
      'import-x/resolver-next': [
        createNodeResolver({
          extensions: ['.ts', '.cts', '.js', '.cjs'],
          extensionAlias: { '.js': ['.ts'], '.cjs': ['.cts'] },
        }),
      ],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: floorZones() }],
      'import-x/no-cycle': 'error',
    },
  },
  {
    name: 'no node: modules in the core',
    files: ['lib/**'],
    ignores: nodeFiles,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:*'],
              allowTypeImports: true,
              message: 'The core loads in a browser; what it needs of Node goes through #platform.',
            },
          ],
        },
      ],
    },
  },
  {
    name: 'tests that are published',
    files: ['lib/testing/**'],
    rules: {
      // They hand over wrong things on purpose, and say of a thing what the test has just made sure of.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    name: 'specifications',
    files: ['spec/**/*.ts'],
    rules: {
      // Tests hand over wrong things on purpose, and say of a thing what the test has just made sure of.
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // jest types its asymmetric matchers, as expect.any(String), as any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'no-restricted-properties': [
        'error',
        ...['describe', 'it', 'test'].flatMap((object) =>
          ['only', 'skip', 'todo'].map((property) => ({
            object,
            property,
            message: 'Every test runs, every time.',
          })),
        ),
      ],
    },
  },
);
