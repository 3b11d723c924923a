import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The versions that a floor of aws-cdk-lib brings with it. */
export interface Floor {
  readonly cdk: string;
  readonly constructs: string;
  /** What aws-cdk-lib depends on in every language. pacmak copies the installed versions into go.mod, and not every version is there for Go. */
  readonly overrides: { readonly [name: string]: string };
}

const ROOT = join(__dirname, '..');
const GO_MODULE = 'github.com/aws/aws-cdk-go/awscdk/v2';
const OVERRIDDEN: { readonly [module: string]: string } = {
  awscliv1: '@aws-cdk/asset-awscli-v1',
  nodeproxyagentv6: '@aws-cdk/asset-node-proxy-agent-v6',
  awscdkcloudassemblyschema: '@aws-cdk/cloud-assembly-schema',
};

/** Where a version of the floor is written by hand, and what it has to be. */
export const PLACES: ReadonlyArray<{ readonly file: string; readonly what: RegExp; readonly version: (floor: Pick<Floor, 'cdk' | 'constructs'>) => string }> = [
  { file: 'README.md', what: /(?<=^It needs aws-cdk-lib )[\d.]+(?= or later)/m, version: ({ cdk }) => cdk.split('.').slice(0, 2).join('.') },
  { file: 'examples/echo/typescript/package.json', what: /(?<="aws-cdk-lib": ")[\d.]+/, version: ({ cdk }) => cdk },
  { file: 'examples/echo/typescript/package.json', what: /(?<="constructs": ")[\d.]+/, version: ({ constructs }) => constructs },
  { file: 'examples/echo/csharp/EchoCache.csproj', what: /(?<="Amazon\.CDK\.Lib" Version=")[\d.]+/, version: ({ cdk }) => cdk },
  { file: 'examples/echo/csharp/EchoCache.csproj', what: /(?<="Constructs" Version=")[\d.]+/, version: ({ constructs }) => constructs },
  { file: 'examples/echo/python/requirements.txt', what: /(?<=^aws-cdk-lib==)[\d.]+$/m, version: ({ cdk }) => cdk },
  { file: 'examples/echo/python/requirements.txt', what: /(?<=^constructs==)[\d.]+$/m, version: ({ constructs }) => constructs },
  { file: 'examples/echo/java/pom.xml', what: /(?<=<cdk\.version>)[\d.]+/, version: ({ cdk }) => cdk },
  { file: 'examples/echo/java/pom.xml', what: /(?<=<constructs\.version>)[\d.]+/, version: ({ constructs }) => constructs },
  { file: 'examples/echo/go/go.mod', what: /(?<=\/awscdk\/v2 v)[\d.]+$/m, version: ({ cdk }) => cdk },
  { file: 'examples/echo/go/go.mod', what: /(?<=\/constructs\/v10 v)[\d.]+$/m, version: ({ constructs }) => constructs },
];

/** What follows from the floor: as package.json has it already, or as the Go module of that version asks for, when the floor changes. */
export function floorOf(cdk: string): Floor {
  const { devDependencies, overrides } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  if (devDependencies['aws-cdk-lib'] === cdk) { return { cdk, constructs: devDependencies.constructs, overrides }; }
  const asked = goRequirements(cdk);
  const of = (module: string) => asked[module] ?? fail(`got no ${module} in the go.mod of ${GO_MODULE} ${cdk}, expected one: see what took its place`);
  return {
    cdk,
    constructs: of('constructs'),
    overrides: Object.fromEntries(Object.entries(OVERRIDDEN).map(([module, name]) => [name, of(module)])),
  };
}

/** Writes the versions of a floor where they are written by hand. */
export function writeFloor(floor: Floor): void {
  for (const { file, what, version } of PLACES) {
    const path = join(ROOT, file);
    const text = readFileSync(path, 'utf8');
    if (!what.test(text)) { fail(`got nothing like ${what} in ${file}, expected the version of the floor there`); }
    const changed = text.replace(what, version(floor));
    if (changed !== text) { writeFileSync(path, changed); }
  }
}

/** Versions by the names that modules have without their major version. */
function goRequirements(cdk: string): { readonly [module: string]: string | undefined } {
  let file: string;
  try {
    file = execFileSync('go', ['list', '-m', '-f', '{{.GoMod}}', `${GO_MODULE}@v${cdk}`], { cwd: tmpdir(), encoding: 'utf8' }).trim();
  } catch (error) {
    throw new Error(`got no go.mod of ${GO_MODULE} ${cdk}, expected one: install Go, and take a version that the Go proxy serves. ${(error as Error).message}`);
  }
  const lines = readFileSync(file, 'utf8').matchAll(/^\t\S+\/(\w+)\/v\d+ v(\S+)$/gm);
  return Object.fromEntries([...lines].map(([, module, version]) => [module, version]));
}

function fail(message: string): never {
  throw new Error(message);
}
