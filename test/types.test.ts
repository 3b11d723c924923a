import { join } from 'path';
import * as ts from 'typescript';

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  types: [],
};

/** Files of people who use the library. */
const CONSUMERS = {
  ofRules: `
    import type { CacheRule, ICacheRule, IPullThroughCache, PullThroughCache } from '../src';
    export function rules(cache: PullThroughCache, rule: CacheRule, imported: IPullThroughCache): ICacheRule[] {
      return [cache, rule, imported];
    }
    export const pullable = (cache: PullThroughCache): IPullThroughCache => cache;
  `,
  ofAnOptional: 'export const rule: { tagged?: boolean } = { tagged: undefined };',
  ofAChoice: `
    import { UpstreamRole } from '../src';
    export const made = new UpstreamRole(() => { throw new Error(); });
    export class Mine extends UpstreamRole {}
  `,
};

type Consumer = keyof typeof CONSUMERS;
const fileOf = (consumer: string) => join(__dirname, `${consumer}.ts`);

/** One program for all, since reading the declarations of aws-cdk-lib is what takes time. */
const program = (() => {
  const host = ts.createCompilerHost(OPTIONS);
  const read = host.getSourceFile.bind(host);
  const sources = new Map(Object.entries(CONSUMERS).map(([consumer, source]) => [fileOf(consumer), source]));
  host.getSourceFile = (name, version, ...rest) => {
    const source = sources.get(name);
    return source === undefined ? read(name, version, ...rest) : ts.createSourceFile(name, source, version, true);
  };
  return ts.createProgram([...sources.keys()], OPTIONS, host);
})();

/** What the compiler says to a file. */
function problemsOf(consumer: Consumer): string[] {
  return program.getSemanticDiagnostics(program.getSourceFile(fileOf(consumer)))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

test('a cache, its rule and an import are rules for a consumer with exactOptionalPropertyTypes', () => {
  expect(problemsOf('ofRules')).toEqual([]);
});

test('consumers are judged with exactOptionalPropertyTypes', () => {
  expect(problemsOf('ofAnOptional')).toEqual([expect.stringContaining('exactOptionalPropertyTypes')]);
});

test('an UpstreamRole is neither constructed nor subclassed', () => {
  expect(problemsOf('ofAChoice')).toEqual([
    expect.stringMatching(/^Constructor of class 'UpstreamRole' is private/),
    expect.stringMatching(/^Cannot extend a class '.*UpstreamRole'\. Class constructor is marked as private\.$/),
  ]);
});
