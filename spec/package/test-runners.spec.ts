/** The tests for connectors, out of the built package, in a test runner other than the one that runs this. */

import '../../lib/resources/symbols.js';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TemporaryDirectory } from '../connectors/temporary-directory.js';

/** What Vitest says of a file in JSON. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

const root = resolve(__dirname, '../..');
const vitest = join(root, 'spec/environments/runners/node_modules/vitest');

/** A project with Vitest and a copy of the build, for Vitest treats a package otherwise than what is linked. */
class Project extends TemporaryDirectory {
  constructor() {
    super();
    const modules = join(this.path, 'node_modules');
    mkdirSync(modules);
    for (const name of ['dist', 'package.json']) {
      cpSync(join(root, name), join(modules, 'proxystore', name), { recursive: true });
    }
    for (const name of ['msgpackr', 'lru-cache', 'disposablestack']) {
      symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
    }
    symlinkSync(vitest, join(modules, 'vitest'), 'junction');
    cpSync(join(__dirname, 'fixtures/conformance.test.mjs'), join(this.path, 'conformance.test.mjs'));
  }
}

it('Vitest passes a connector that is right, and fails one that is not', () => {
  using project = new Project();
  const command = [join(vitest, 'vitest.mjs'), 'run', '--reporter=json', 'conformance.test.mjs'];
  const { stdout, stderr } = spawnSync(process.execPath, command, { cwd: project.path, encoding: 'utf8' });
  expect(stderr).toBe('');
  const { testResults } = JSON.parse(stdout) as Report;
  const outcomes = testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title, status }) => ({
      subject: ancestorTitles[0],
      test: [...ancestorTitles.slice(1), title].join(' › '),
      status,
    })),
  );
  const of = (name: string): typeof outcomes => outcomes.filter(({ subject }) => subject === name);
  const right = of('LocalConnector');
  expect(right.map(({ test }) => test)).toEqual(
    expect.arrayContaining([
      'shows the capabilities that it has',
      'expire() › counts from the last call',
      'through a Store › sync.take() › does what take() does',
    ]),
  );
  expect(right.filter(({ status }) => status !== 'passed')).toEqual([]);
  expect(of('a connector that loses what it keeps')).toContainEqual({
    subject: 'a connector that loses what it keeps',
    test: 'objects › gives back what was put: one byte',
    status: 'failed',
  });
});
