import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { intersects } from 'semver';
import { parse } from 'yaml';

const ROOT = join(__dirname, '../..');
const FOLDER = join(ROOT, '.github/workflows');

interface Job {
  readonly uses?: string;
  readonly needs?: string | string[];
  readonly if?: string;
  readonly environment?: string;
  readonly permissions?: { readonly [permission: string]: string };
  readonly steps?: readonly Step[];
}

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: { readonly [input: string]: string };
}

interface Workflow {
  readonly on: { readonly [event: string]: unknown };
  readonly permissions?: object;
  readonly jobs: { readonly [name: string]: Job };
}

const WORKFLOWS: { readonly [name: string]: Workflow } = Object.fromEntries(readdirSync(FOLDER).map(file =>
  [file.replace(/\.yml$/, ''), parse(readFileSync(join(FOLDER, file), 'utf8')) as Workflow]));
const JOBS = Object.entries(WORKFLOWS).flatMap(([name, { jobs }]) => Object.entries(jobs).map(([job, content]) => ({ ...content, name: `${name}/${job}` })));

/** A commit can't be moved, and what is in this repository moves with it. */
const isPinned = (action: string) => /@[0-9a-f]{40}$/.test(action) || action.startsWith('./');

const unpinned = (jobs: ReadonlyArray<Job & { name: string }>) => jobs.flatMap(({ name, uses, steps = [] }) =>
  [uses, ...steps.map(step => step.uses)].filter(action => action !== undefined).filter(action => !isPinned(action)).map(action => `${name}: ${action}`));

/** The packages of a lock file that refuse every release of a major version of Node.js. */
function refusing(node: string, packages: { readonly [path: string]: { readonly engines?: { readonly node?: string } } }): string[] {
  return Object.entries(packages).filter(([, { engines }]) => engines?.node !== undefined && !intersects(engines.node, node))
    .map(([path, { engines }]) => `${path} wants Node.js ${engines!.node}`);
}

test('every action is named by its commit: pin a new one in projenrc/trust.ts', () => {
  expect(JOBS.length).toBeGreaterThan(20);
  expect(unpinned(JOBS)).toEqual([]);
});

test.each(['actions/checkout@v5', 'actions/checkout', 'a/b@3d3c42e', 'a/b@main'])('the action %s is not pinned', action => {
  expect(unpinned([{ name: 'ci/test', steps: [{ uses: action }, { run: 'npm test' }] }])).toEqual([`ci/test: ${action}`]);
});

test('no program is fetched by a name that moves in a job that publishes', () => {
  const runs = JOBS.filter(({ environment }) => environment !== undefined).flatMap(({ steps = [] }) => steps.map(({ run }) => run ?? ''));
  expect(runs).toContain('.repo/node_modules/.bin/publib-npm');
  expect(runs.filter(run => /@latest|npx '?-p|npm install/.test(run))).toEqual([]);
});

test('a workflow permits nothing, and a job only what it needs', () => {
  expect(Object.entries(WORKFLOWS).filter(([, { permissions }]) => JSON.stringify(permissions) !== '{"contents":"none"}')).toEqual([]);
  const wide = JOBS.flatMap(({ name, permissions = {} }) => Object.entries(permissions)
    .filter(([, access]) => access === 'write').map(([permission]) => `${name}: ${permission}`));
  expect(wide.sort()).toEqual([
    'code-scanning/codeql: security-events',
    'release/release_github: contents',
    ...['maven', 'npm', 'nuget', 'pypi'].flatMap(registry => [`release/release_${registry}: attestations`, `release/release_${registry}: id-token`]),
  ].sort());
});

test('what a pull request starts has no secret, and the one that runs for forks takes none of their code', () => {
  const byPullRequest = Object.entries(WORKFLOWS).filter(([, { on }]) => 'pull_request' in on || 'pull_request_target' in on);
  expect(byPullRequest.map(([name]) => name).sort()).toEqual(['build', 'ci', 'code-scanning', 'dependency-review', 'pull-request-lint']);
  const secrets = byPullRequest.flatMap(([name, workflow]) => [...JSON.stringify(workflow).matchAll(/secrets\.(\w+)/g)].map(([, secret]) => `${name}: ${secret}`));
  expect(secrets).toEqual(['pull-request-lint: GITHUB_TOKEN']);
  const [{ steps }] = Object.values(WORKFLOWS['pull-request-lint'].jobs);
  expect(steps!.map(({ uses }) => uses?.split('@')[0])).toEqual(['amannn/action-semantic-pull-request']);
});

describe('a release', () => {
  const { on, jobs } = WORKFLOWS.release;
  const publishing = Object.entries(jobs).filter(([name]) => name.startsWith('release_') && name !== 'release_github');

  test('is started by a person, on main', () => {
    expect(Object.keys(on)).toEqual(['workflow_dispatch']);
    expect(['ci', 'slow', 'release'].map(name => jobs[name].if)).toEqual(Array(3).fill("github.ref == 'refs/heads/main'"));
  });

  test('waits for every check, and publishing for an approval', () => {
    expect(jobs.release.needs).toEqual(['ci', 'slow']);
    expect(['ci', 'slow'].map(name => jobs[name].uses)).toEqual(['./.github/workflows/ci.yml', './.github/workflows/slow.yml']);
    expect(publishing.map(([name]) => name).sort()).toEqual(['release_golang', 'release_maven', 'release_npm', 'release_nuget', 'release_pypi']);
    expect(publishing.map(([, { needs, environment }]) => [needs, environment])).toEqual(Array(5).fill(['release', 'release']));
  });

  test('gets its tag when every registry has it', () => {
    expect(jobs.release_github.needs).toEqual(expect.arrayContaining(publishing.map(([name]) => name)));
  });

  test('says of each file where it was built, before it is published', () => {
    const attested = publishing.filter(([, { steps = [] }]) => {
      const [attest, publish] = ['attest', 'release'].map(id => steps.findIndex(step => step.id === id));
      return attest !== -1 && attest < publish;
    });
    expect(attested.map(([name]) => name).sort()).toEqual(['release_maven', 'release_npm', 'release_nuget', 'release_pypi']);
  });
});

test('the title of a pull request may begin with every word that CONTRIBUTING.md names', () => {
  const [{ steps }] = Object.values(WORKFLOWS['pull-request-lint'].jobs);
  const named = /^\| `(\w+):` \|/gm;
  const words = [...readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8').matchAll(named)].map(([, word]) => word);
  expect(words).toEqual(expect.arrayContaining(['feat', 'fix', 'docs', 'test']));
  expect(steps![0].with!.types.split('\n').sort()).toEqual(words.sort());
});

describe('the Node.js of the workflows', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const versions = new Set(JOBS.flatMap(({ steps = [] }) => steps.map(step => step.with?.['node-version'])).filter(version => version !== undefined));

  test('is the same everywhere', () => {
    expect([...versions]).toEqual([expect.stringMatching(/^\d+$/)]);
  });

  test.each([...versions, '22'])('%s is refused by no package in the lock file', version => {
    expect(refusing(version, packages)).toEqual([]);
  });

  test('a package that refuses it is named', () => {
    const locked = { 'node_modules/old': { engines: { node: '^20.19 || >=22.12' } }, 'node_modules/new': { engines: { node: '>=26' } }, 'node_modules/any': {} };
    expect(refusing('24', locked)).toEqual(['node_modules/new wants Node.js >=26']);
    expect(refusing('20', locked)).toEqual(['node_modules/new wants Node.js >=26']);
  });
});
