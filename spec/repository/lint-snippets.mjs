/**
 * Lints pieces of code as if they stood in files of the project, with the project's own configuration less the rules
 * that need types. Reads `[{ "file": "lib/store/probe.ts", "code": "…" }, …]` from standard input and prints, for
 * each, the names of the rules that it breaks. A process of its own, because ESLint imports its configuration and
 * jest cannot.
 */

import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const eslint = new ESLint({
  overrideConfig: [
    tseslint.configs.disableTypeChecked,
    { languageOptions: { parserOptions: { projectService: false } } },
  ],
});

const broken = [];
for (const { file, code } of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(code, { filePath: file });
  broken.push(result.messages.map(({ ruleId, message }) => ruleId ?? message));
}
console.log(JSON.stringify(broken));
