// Usage: node .ci/translations/count.mjs <output of write.mjs> python|java
// Names the examples that a compiler found fault with, adds the line of that language to table.txt, and ends with 1 when there is one.
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [written, language] = process.argv.slice(2);
const places = JSON.parse(readFileSync(join(written, 'places.json'), 'utf8'));

// What aws-cdk-lib's own Python says no to, in every app: its classes name parameters otherwise than its interfaces do, an attribute of an
// L2 may be missing, and the class that a child was cast to is gone in the translation.
const OF_AWS_CDK = [
  /^Argument of type "(?:list\[)?(?:SnsAction|SnsTopic|Topic|Cluster|ServicePrincipal)\]?" cannot be assigned/,
  /^Argument of type "str \| None" cannot be assigned/,
  /for class "IConstruct"/,
  / is not a known attribute of "None"/,
];

const READERS = {
  python: () => JSON.parse(readFileSync(join(written, 'python.json'), 'utf8')).generalDiagnostics
    .filter(({ severity, message }) => severity === 'error' && !OF_AWS_CDK.some(text => text.test(message)))
    .map(({ file, message }) => [file, message.split('\n')[0]]),
  java: () => [...readFileSync(join(written, 'java.txt'), 'utf8').matchAll(/^(.*\.java):\d+: error: (.*)$/gm)].map(([, file, message]) => [file, message]),
};

if (READERS[language] === undefined) {
  throw new Error(`got '${language}', expected one of ${Object.keys(READERS).join(', ')}`);
}
const found = READERS[language]().map(([file, message]) => [Number(/example(\d+)/.exec(file)?.[1]), message]);
const faulty = new Set(found.map(([at]) => at));
for (const [at, message] of found) {
  console.log(`${places[at] ?? 'no example'}: ${message}`);
}
const line = `${language}: ${places.length - faulty.size} of ${places.length} translated examples compile`;
console.log(line);
appendFileSync(join(written, 'table.txt'), `${line}\n`);
process.exitCode = faulty.size === 0 ? 0 : 1;
