/** As much of the docs of a type, a member or a parameter in a jsii assembly as is looked at here. */
export interface Docs {
  readonly summary?: string;
  readonly remarks?: string;
  readonly returns?: string;
  readonly default?: string;
  readonly example?: string;
}

/** A full stop, also behind code or before a bracket. */
const END_OF_SENTENCE = /[.!?]\)?$/;

/** What only TypeScript says: `{ accounts: [...] }`, an arrow function, and a value that Python, Java, Go and C# have not. */
const TYPESCRIPT = /\bundefined\b|\{ ?\w+: |\{ \w+ \}|=>/;

/** What is wrong with the docs of a type or a member, which every language shows in its own words. */
export function docstringProblems(path: string, docs: Docs = {}): string[] {
  const { summary, remarks, returns } = docs;
  const words = [summary, remarks, returns, docs.default].map(text => text?.match(TYPESCRIPT)?.[0]).find(word => word !== undefined);
  return [
    ...summaryProblems(path, summary),
    ...returns === undefined || END_OF_SENTENCE.test(returns) ? [] : [`${path}: no full stop behind @returns`],
    ...words === undefined ? [] : [`${path}: '${words}', which only TypeScript says`],
  ];
}

/** The same for a parameter, of which Java and C# show the first sentence only. */
export function parameterProblems(path: string, docs: Docs = {}): string[] {
  return [
    ...docstringProblems(path, docs),
    ...docs.remarks === undefined ? [] : [`${path}: more than one sentence, of which Java and C# show the first: tell the rest of the method`],
  ];
}

/** jsii cuts a summary at its first semicolon and shows the rest elsewhere or nowhere. */
function summaryProblems(path: string, summary: string | undefined): string[] {
  if (summary === undefined) { return []; }
  const cut = summary.includes(';');
  return [
    ...cut ? [`${path}: a semicolon in the summary: make two sentences of it`] : [],
    ...summary.includes('\n') ? [`${path}: a summary of several lines`] : [],
    ...cut || END_OF_SENTENCE.test(summary) ? [] : [`${path}: no full stop behind the summary`],
  ];
}
