import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';

const ROOT = join(__dirname, '..', '..');
const GUIDES = [
  ...readdirSync(join(ROOT, 'docs')).filter(name => name.endsWith('.md')).map(name => join('docs', name)),
  ...readdirSync(join(ROOT, 'docs', 'decisions')).map(name => join('docs', 'decisions', name)),
];

interface Block {
  /** Where it stands: `docs/images.md:12`. */
  readonly place: string;
  readonly text: string;
}

function blocksOf(guide: string): Block[] {
  const text = readFileSync(join(ROOT, guide), 'utf8');
  return [...text.matchAll(/^```(?:ts|typescript)\n([\s\S]*?)^```$/gm)].map(match => ({
    place: `${guide}:${text.slice(0, match.index).split('\n').length}`,
    text: match[1],
  }));
}

/** As the docstrings' examples: imports and what is given first, the rest runs in the constructor of a stack, unless it declares classes. */
function program(block: Block): string {
  const hoisted = /^(?:import|declare) [\s\S]*?;$/gm;
  const above = [...block.text.matchAll(hoisted)].map(match => match[0]);
  const rest = block.text.replace(hoisted, '');
  const fixture = [
    "import { Stack as FixtureStack } from 'aws-cdk-lib';",
    "import type { Construct as FixtureScope } from 'constructs';",
    ...above,
  ];
  return /^export |^class /m.test(rest)
    ? [...fixture, rest].join('\n')
    : [...fixture, 'export class Fixture extends FixtureStack {', 'constructor(scope: FixtureScope, id: string) {', 'super(scope, id);', rest, '}', '}'].join('\n');
}

/** What the compiler says about the blocks, by their place. */
function compile(blocks: Block[]): string[] {
  const files = new Map(blocks.map((block, at) => [join(ROOT, 'test', `documentation-${at}.ts`), block]));
  const config = ts.getParsedCommandLineOfConfigFile(join(ROOT, 'test', 'tsconfig.json'), {}, {
    ...ts.sys, onUnRecoverableConfigFileDiagnostic: problem => { throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, ' ')); },
  })!;
  // an example may make a thing without using it further
  const options: ts.CompilerOptions = { ...config.options, noUnusedLocals: false, noUnusedParameters: false };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = path => files.has(path) || fileExists.call(host, path);
  host.readFile = path => files.has(path) ? program(files.get(path)!) : readFile.call(host, path);
  host.getSourceFile = (path, target) => files.has(path)
    ? ts.createSourceFile(path, program(files.get(path)!), target)
    : getSourceFile.call(host, path, target);
  return ts.getPreEmitDiagnostics(ts.createProgram([...files.keys()], options, host)).map(problem => {
    const place = files.get(problem.file?.fileName ?? '')?.place ?? problem.file?.fileName;
    return `${place}: ${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`;
  });
}

const blocks = GUIDES.flatMap(blocksOf);

test(`the ${blocks.length} TypeScript blocks of the guides compile`, () => {
  expect(blocks.length).toBeGreaterThan(0);
  expect(compile(blocks)).toEqual([]);
}, 120_000);

test('fails for a block that uses what the library does not have', () => {
  const text = "import { UpstreamRegistry } from 'cdk-ecr-pull-through-cache';\n\nUpstreamRegistry.echoes({ account: '123456789012' });\n";

  expect(compile([{ place: 'guide:1', text }])).toEqual([
    "guide:1: Property 'echoes' does not exist on type 'typeof UpstreamRegistry'. Did you mean 'echo'?",
  ]);
}, 120_000);
