/** The page that the suite's exceptions make. */

import type { Judge } from '../third-parties/judges.js';
import type { Difference } from './differences.js';

/**
 * The text of docs/transparency.md.
 *
 * @param differences - What a proxy does otherwise than its target.
 * @param judges - What other packages make of it.
 * @param lodashExceptions - The functions of lodash, by what they are given, that notice it.
 */
export function transparencyPage(
  differences: readonly Difference[],
  judges: readonly Judge[],
  lodashExceptions: Readonly<Record<string, readonly string[]>>,
): string {
  return `${[
    introduction,
    table(
      ['You write', 'On a proxy', 'Because', 'Write'],
      differences.map(({ code, onProxy, because, instead }) => [code, onProxy, because, instead]),
    ),
    otherPackages,
    table(
      ['', 'notice the proxy of'],
      judges.map(({ name, extractFirst }) => [name, extractFirst.join(', ') || 'nothing']),
    ),
    lodash,
    table(
      ['lodash, given the proxy of', 'notices it in'],
      Object.entries(lodashExceptions).map(([name, functions]) => [
        name,
        functions.map((each) => `\`${each}\``).join(', '),
      ]),
    ),
    resolving,
    speed,
  ].join('\n\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

const introduction = `# Transparency

A proxy stands for its target: it reads, writes, iterates, compares and is called as the target is, throws where the
target throws, and has no properties of its own. This page names every place where it does not.

It is written by the tests, which run every operation of the language, and every method and accessor found on the
prototype chain, on values of some hundred kinds and on their proxies: resolved, resolved by that very use, of a kind
that was told or was not, resolved by \`await resolve(p)\`, and not resolvable in place, where each use must throw
\`ProxyUnresolvedError\` and touch nothing. They compare what comes out, what is thrown, what happened to the target and
what callbacks were called with; where a row of this table applies, with what that row says. What must not resolve must
not have resolved. They fail on a difference that is not in this table, on a row of it that they have not met, and on a
page that says something else.

    npx jest spec/proxy/conformance                              compares, and prints how often
    UPDATE_TRANSPARENCY=1 npx jest spec/proxy/conformance        writes this page

Throughout, \`p\` is a proxy. A proxy of a primitive stands for its wrapper object and is typed so: \`String\`, not
\`string\`.

## What is different`;

const otherPackages = `## What others make of it

Each of these is given raw values and their proxies, which are not resolved yet, and has to do the same with both. To
those in the second column hand \`extract(p)\`. A function and a class are compared by identity, and a proxy is another
object.`;

const lodash = `Of lodash every pure function is tried, with all that is before it and behind it. But for these it notices nothing:`;

const resolving = `## What resolves a proxy, and what does not

Reading \`then\` does not, so a proxy goes through \`await\`, \`Promise.all\` and \`async\` functions as it is. Nor do
\`typeof\`, \`Array.isArray\`, \`===\`, \`util.types.isDate\` and its like (but for \`isKeyObject\` and \`isCryptoKey\`, which read
properties), being a key or a member of a collection, being put into an object or an array, and \`JSON.stringify\`, which
writes the reference of a proxy that a store has made. The hint that \`kind\` gives answers
\`typeof\` and \`Array.isArray\`.

Nor does logging: \`console.log\`, \`util.inspect\`, \`%s\`, \`%o\`, \`%O\`, and \`%j\` show store, key and kind, as do pino and
winston for a proxy that is a field of what they log. \`console.dir\` and the messages of \`node:assert\` do not ask an
object for its form and show an empty \`ObjectProxy\`.

What looks inside resolves, as any use does: \`logger.info(p)\` and \`logger.info(text, p)\`, which merge the fields of
\`p\` into the record, \`console.table\`, \`%d\`, showing an error whose \`cause\` is a proxy, and what jest does to show or
compare a value. Where a proxy cannot be resolved in place they throw \`ProxyUnresolvedError\`, which names store and
key.`;

const speed = `## When a loop should start with \`extract(p)\`

A read through a proxy is the call of a trap, some 13 ns, which the engine does not optimize away as it does a read of an
object. So a loop that does little but read gains by reading the target: 20 times as fast with Node 20, 45 times with
Node 24. A loop that indexes a typed array gains most, about 140 times; \`for…of\` and \`reduce\`, which run on the target
as it is, gain 6 to 15 times, for the engine does not inline them through a bound method.

    npm run bench -- --only proxy

prints the factors of the machine it runs on, in the column of \`no proxy\`. Code that uses a proxy here and there does not
notice.

\`\`\`ts
const rows = extract(p); // in place; or await resolve(p), which gives the target, too
for (let i = 0; i < rows.length; i += 1) sum += rows[i].price;
\`\`\``;
