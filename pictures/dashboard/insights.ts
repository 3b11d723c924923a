/** A line of a log: when it was written, and what it says. */
export interface Line { readonly at: string; readonly message?: string }
/** A table as CloudWatch Logs Insights answers it. */
export interface Table { readonly columns: string[]; readonly rows: unknown[][] }

type Row = Record<string, unknown>;

/** Answers a query of the library: `filter`, `stats latest(), max(), count(*)`, `fields`, `sort` and `limit`, as the dashboard's queries use them. */
export function answer(query: string, lines: readonly Line[]): Table {
  let rows: Row[] = lines.filter(({ message }) => message?.startsWith('{')).map(({ at, message }) => ({ '@timestamp': at, ...flat(JSON.parse(message!) as Row) }));
  let columns: string[] = [];
  for (const [word, rest] of query.split('|').map(part => part.trim()).filter(part => !part.startsWith('SOURCE')).map(part => [part.split(' ')[0], part.replace(/^\w+ /, '')])) {
    if (word === 'filter') {
      rows = rows.filter(row => rest.split(' and ').every(condition => holds(condition, row)));
    } else if (word === 'stats') {
      [columns, rows] = counted(rest, rows);
    } else if (word === 'fields') {
      columns = rest.split(', ');
    } else if (word === 'sort') {
      const [column, direction] = rest.split(' ');
      rows = [...rows].sort((a, b) => (direction === 'desc' ? -1 : 1) * ((a[column] as number) < (b[column] as number) ? -1 : 1));
    } else if (word === 'limit') {
      rows = rows.slice(0, Number(rest));
    } else {
      throw new Error(`got the command '${word}', expected one that the dashboard's queries have`);
    }
  }
  return { columns, rows: rows.map(row => columns.map(column => row[column])) };
}

function flat(value: Row, before = ''): Row {
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]): [string, unknown][] => inner !== null && typeof inner === 'object' && !Array.isArray(inner)
    ? Object.entries(flat(inner as Row, `${before}${key}.`))
    : [[`${before}${key}`, inner]]));
}

function holds(condition: string, row: Row): boolean {
  const [, field, operator, operand] = /^`?([\w.@-]+)`? (=|!=|in|like) (.+)$/.exec(condition) ?? [];
  const value = String(row[field]);
  switch (operator) {
    case '=': return value === JSON.parse(operand);
    case '!=': return row[field] !== undefined && value !== JSON.parse(operand);
    case 'in': return (JSON.parse(operand) as string[]).includes(value);
    case 'like': return new RegExp(operand.slice(1, -1)).test(value);
    default: throw new Error(`got the condition '${condition}', expected one that the dashboard's queries have`);
  }
}

function counted(clause: string, rows: Row[]): [string[], Row[]] {
  const [what, by] = clause.split(' by ');
  const groups = by.split(', ').map(field => field.replaceAll('`', ''));
  const values = [...what.matchAll(/(\w+)\(`?([^)`]+)`?\) as (\w+)/g)].map(([, how, of, name]) => ({ how, of, name }));
  const found = new Map<string, Row[]>();
  for (const row of [...rows].sort((a, b) => String(a['@timestamp']).localeCompare(String(b['@timestamp'])))) {
    const key = JSON.stringify(groups.map(group => row[group]));
    found.set(key, [...found.get(key) ?? [], row]);
  }
  return [[...groups, ...values.map(({ name }) => name)], [...found.values()].map(members => ({
    ...Object.fromEntries(groups.map(group => [group, members[0][group]])),
    ...Object.fromEntries(values.map(({ how, of, name }) => [name, how === 'count' ? members.length : members.at(-1)![of]])),
  }))];
}
