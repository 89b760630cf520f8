/**
 * Installs the servers that the tests start, Redis and NATS, and OpenSSL's command, which makes their certificates. Does
 * nothing where all are there already.
 *
 *     node scripts/install-test-servers.mjs
 *
 * Installs by itself only as root on Debian or Ubuntu, from the distribution's packages, which on a machine that starts
 * services start theirs, too; the tests leave those alone. Elsewhere it fails, and prints the commands that install them.
 *
 * PROXYSTORE_TEST_REDIS_URL and PROXYSTORE_TEST_NATS_URL name servers of your own, for the tests that any server will
 * do for; then that server is not installed. Tests that stop a server, or start it with settings of their own, need
 * the program all the same, and fail without it.
 *
 * PROXYSTORE_TEST_REDIS_PROGRAM names a program that they start in the place of redis-server, such as valkey-server. It is
 * not installed by this.
 *
 * The S3 server of the tests comes with their packages. PROXYSTORE_TEST_S3_URL names another one, by its endpoint, for the
 * tests that any will do for, and PROXYSTORE_TEST_S3_BUCKET a bucket there, by default `proxystore`, which must exist;
 * credentials and region are those that the AWS SDK finds, such as AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION.
 */

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';

/** What is needed. */
const programs = [
  {
    program: 'redis-server',
    ownURL: 'PROXYSTORE_TEST_REDIS_URL',
    aptPackage: 'redis-server',
    brewPackage: 'redis',
    docker: 'docker run --detach --publish 6379:6379 redis:7',
    dockerURL: 'redis://127.0.0.1:6379',
  },
  {
    program: 'nats-server',
    ownURL: 'PROXYSTORE_TEST_NATS_URL',
    aptPackage: 'nats-server',
    brewPackage: 'nats-server',
    docker: 'docker run --detach --publish 4222:4222 nats:2 --jetstream',
    dockerURL: 'nats://127.0.0.1:4222',
  },
  { program: 'openssl', aptPackage: 'openssl', brewPackage: 'openssl' },
];

const missing = programs.filter(
  ({ program, ownURL }) => !(ownURL !== undefined && process.env[ownURL]) && !isInstalled(program),
);
if (missing.length > 0) {
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) installWithApt(missing);
  else failWithAdvice(missing);
}

/** @param {string} program */
function isInstalled(program) {
  // Debian keeps servers in sbin, which is on root's PATH only.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** @param {readonly { aptPackage: string }[]} wanted */
function installWithApt(wanted) {
  const packages = wanted.map(({ aptPackage }) => aptPackage);
  console.log(`Installing ${packages.join(' and ')} for the tests ...`);
  apt(['update', '--quiet']);
  apt(['install', '--yes', '--quiet', '--no-install-recommends', ...packages]);
}

/** @param {readonly string[]} parameters */
function apt(parameters) {
  const { status, error } = spawnSync('apt-get', parameters, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`apt-get ${parameters.join(' ')} exited with ${status}.`);
}

/** @param {readonly (typeof programs)[number][]} wanted */
function failWithAdvice(wanted) {
  const withURL = wanted.filter(({ ownURL }) => ownURL !== undefined);
  const lines = [
    `The tests run ${wanted.map(({ program }) => program).join(' and ')}, which this machine has not. Install with one of`,
    '',
    `  sudo apt-get install --yes ${wanted.map(({ aptPackage }) => aptPackage).join(' ')}`,
    `  brew install ${wanted.map(({ brewPackage }) => brewPackage).join(' ')}`,
    ...(withURL.length > 0
      ? ['', 'or have the tests that any server will do for use one of your own:', '']
      : []),
    ...withURL.map(({ docker, ownURL, dockerURL }) => `  ${docker} && export ${ownURL}=${dockerURL}`),
  ];
  console.error(lines.join('\n'));
  process.exitCode = 1;
}
