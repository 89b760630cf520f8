/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/spec'],
  modulePathIgnorePatterns: ['<rootDir>/spec/environments/'],
  // Tests that lint, compile or install something take some seconds, and more on a busy machine.
  testTimeout: 120_000,
  testMatch: ['**/*.spec.ts'],
  moduleFileExtensions: ['ts', 'cts', 'js', 'cjs', 'json', 'node'],
  moduleNameMapper: {
    // Sources import each other the way Node wants it, by the name of the emitted file.
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^(\\.{1,2}/.*)\\.cjs$': ['$1.cts', '$1.cjs'],
    // package.json's "imports" point into dist; the tests run the sources.
    '^#platform$': '<rootDir>/lib/platform/node.ts',
    '^#disposable-stacks$': '<rootDir>/lib/platform/disposable-stacks.cts',
  },
  transform: { '^.+\\.c?ts$': ['ts-jest', { tsconfig: '<rootDir>/spec/tsconfig.json' }] },
  collectCoverageFrom: ['lib/**/*.{ts,cts}', '!lib/index.ts'],
  coverageThreshold: {
    global: { statements: 95, branches: 95, functions: 95, lines: 95 },
    './lib/errors.ts': { branches: 100 },
    './lib/platform/': { branches: 100 },
    './lib/proxy/': { branches: 100 },
    './lib/registry/': { branches: 100 },
    './lib/resources/': { branches: 100 },
    './lib/tracing/': { branches: 100 },
  },
};
