import { XMLParser } from 'fast-xml-parser';

/** A test that a runner reported. */
export interface TestResult {
  /** The file, from the root of the repository: `test/rule/cache-rule.test.ts`. */
  readonly file: string;
  /** What encloses it and its own title, as jest joins them. */
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
}

interface Case {
  readonly name: string;
  readonly classname?: string;
  readonly file?: string;
  readonly failure?: unknown;
  readonly error?: unknown;
  readonly skipped?: unknown;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  isArray: (name, _path, _isLeaf, isAttribute) => !isAttribute && ['testsuite', 'testcase'].includes(name),
});

/** The tests in a report of jest-junit or pytest. */
export function testsOf(xml: string): TestResult[] {
  const { testsuites } = parser.parse(xml) as { testsuites?: { testsuite?: { testcase?: Case[] }[] } };
  if (testsuites === undefined) {
    throw new Error(`got a report that begins with '${xml.slice(0, 60)}', expected one of jest-junit or pytest: keep what the runner wrote`);
  }
  return (testsuites.testsuite ?? []).flatMap(({ testcase }) => testcase ?? []).map(one => ({
    file: fileOf(one), name: one.name, outcome: outcomeOf(one),
  }));
}

/** jest names the file; pytest names the module, seen from the folder that it is started for. */
function fileOf({ file, classname = '' }: Case): string {
  return file ?? `local/${classname.replaceAll('.', '/')}.py`;
}

function outcomeOf({ failure, error, skipped }: Case): TestResult['outcome'] {
  if (failure !== undefined || error !== undefined) {
    return 'failed';
  }
  return skipped === undefined ? 'passed' : 'skipped';
}
