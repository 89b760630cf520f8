/** Prints the totals of a test run, `N passed, N failed`, from the JSON that jest wrote. Fails where no test ran. */

import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';

const [file] = process.argv.slice(2);
if (existsSync(file)) {
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  // A file that could not be loaded ran no test, and none of its tests is among the failed ones.
  console.log(`${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed`);
  if (numPassedTests === 0) process.exitCode = 1;
} else {
  console.error('No test ran.');
  process.exitCode = 1;
}
