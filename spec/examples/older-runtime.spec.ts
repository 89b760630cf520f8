import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { runtimes } from '../package/runtimes.js';

const file = resolve(__dirname, '../../examples/older-runtime.cjs');

it.each(runtimes().filter(({ name }) => name.startsWith('Node')))(
  'runs as it is, without a build step, on $name',
  ({ command, parameters }) => {
    const printed = execFileSync(command, [...parameters, file], { encoding: 'utf8' });
    expect(printed).toMatch(/^Everything is released, on Node \d+\./);
  },
);
