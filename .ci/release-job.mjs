// Prints a job of .github/workflows/release.yml as a Bash script for this machine: what its `run` steps run, as a dry run.
// Usage: release-job.mjs <job> <repository> <artifact>
// <repository> is checked out with the packages that are installed there; <artifact> is what the build uploaded. Nothing is attested, but
// what would be has to be there. A step that may fail on GitHub may fail here.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const [name, repository, artifact] = process.argv.slice(2);
const { jobs } = parse(readFileSync('.github/workflows/release.yml', 'utf8'));
if (jobs[name] === undefined) { throw new Error(`got the job '${name}', expected one of ${Object.keys(jobs)}`); }

const quote = text => `'${String(text).replaceAll("'", "'\\''")}'`;
const CONTEXTS = { 'inputs.dry_run': 'true', 'github.workspace': '$PWD' };

/** The value of an environment variable in Bash; a secret is taken from this machine's environment. */
function value(text) {
  const expression = /^\$\{\{ (.*?) \}\}(.*)$/s.exec(text);
  if (expression === null) { return quote(text); }
  const [, context, rest] = expression;
  const secret = /^secrets\.(\w+)$/.exec(context);
  if (secret === null && CONTEXTS[context] === undefined) { throw new Error(`got the expression '${context}', expected one that stands for something here`); }
  return secret === null ? `"${CONTEXTS[context]}"${quote(rest)}` : `"\${${secret[1]}-}"`;
}

function commands({ id, name: title, uses, run, with: given = {}, env = {}, ...step }) {
  const action = uses?.split('@')[0];
  switch (action) {
    case 'actions/checkout':
      return [`git clone --quiet ${quote(repository)} ${given.path}`, `cp -al ${quote(`${repository}/node_modules`)} ${given.path}/`];
    case 'actions/download-artifact':
      return [`cp -R ${quote(artifact)} ${given.path}`];
    case 'actions/attest':
      return [given['subject-path'], given['sbom-path']].filter(Boolean).map(files => `ls ${files}`);
    case undefined:
      break;
    default:
      return action.startsWith('actions/setup-') ? [] : fail(`got the action ${action}, expected one that can be done here`);
  }
  // what the checkout brought along is what the lock file says
  if (run.endsWith('npm ci') || step.if === '${{ !inputs.dry_run }}') { return []; }
  const variables = Object.entries(env).map(([key, text]) => `export ${key}=${value(text)}`);
  const script = ['(', 'set -euo pipefail', ...variables, run, ')'].join('\n');
  return [`echo ${quote(`== ${title ?? id}`)}`, step['continue-on-error'] ? `${script} || true` : script];
}

function fail(message) {
  throw new Error(message);
}

console.log(['set -euo pipefail', 'shopt -s globstar', ...jobs[name].steps.flatMap(commands)].join('\n'));
