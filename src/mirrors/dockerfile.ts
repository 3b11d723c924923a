/** What a Dockerfile names. */
export interface DockerfileImages {
  /** The names of images, once each, with the values of arguments put in. */
  readonly names: string[];
  /** The names of stages, in lower case. */
  readonly stages: string[];
  /** Names that only the build knows, as they are written. */
  readonly unknown: string[];
}

type Arguments = { readonly [name: string]: string | undefined };

/** One instruction: its word in upper case, and the rest. */
type Instruction = readonly [word: string, rest: string];

const DIRECTIVE = /^\s*#\s*([a-z]+)\s*=\s*(\S+)\s*$/i;
const HEREDOC = /<<-?(?:"([^"]+)"|'([^']+)'|(\w+))/g;
const VARIABLE = /\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g;

/**
 * Reads what a Dockerfile builds from: `FROM`, `COPY --from`, `RUN --mount=from=` and its syntax directive. See the Dockerfile reference.
 *
 * @param text the file
 * @param given build arguments, which go before the defaults in the file
 */
export function readDockerfile(text: string, given: Arguments): DockerfileImages {
  const [directives, body] = readDirectives(text);
  const found = new Set<string>(directives.syntax === undefined ? [] : [directives.syntax]);
  const unknown = new Set<string>(), stages = new Set<string>();
  const defaults: { [name: string]: string | undefined } = {};
  const add = (name: string, values: Arguments) => {
    const known = expanded(name, values);
    if (known === undefined) {
      unknown.add(name);
    } else if (known !== '' && known !== 'scratch' && !stages.has(known.toLowerCase()) && !/^\d+$/.test(known)) {
      found.add(known);
    }
  };
  for (const [word, rest] of instructions(body, directives.escape === '`' ? '`' : '\\')) {
    switch (word) {
      case 'ARG':
        // after the first stage an argument is none of what FROM sees
        if (stages.size === 0) { declare(rest, defaults, given); }
        break;
      case 'FROM': {
        const words = rest.split(/\s+/).filter(one => !one.startsWith('--'));
        add(words[0] ?? '', defaults);
        // a stage without a name is still the end of the arguments that all stages share
        stages.add(words[1]?.toUpperCase() === 'AS' ? words[2].toLowerCase() : ` ${stages.size}`);
        break;
      }
      case 'COPY':
        for (const [, name] of rest.matchAll(/(?:^|\s)--from=(\S+)/g)) { add(name, {}); }
        break;
      case 'RUN':
        for (const [, options] of rest.matchAll(/(?:^|\s)--mount=(\S+)/g)) {
          for (const option of options.split(',').filter(one => one.startsWith('from='))) { add(option.slice('from='.length), {}); }
        }
        break;
    }
  }
  return { names: [...found], stages: [...stages].filter(name => !name.startsWith(' ')), unknown: [...unknown] };
}

/** Directives are the comments in front of everything else; after the first other line a comment is just one. */
function readDirectives(text: string): [{ readonly [name: string]: string | undefined }, string[]] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const directives: { [name: string]: string } = {};
  let at = lines[0]?.startsWith('#!') ? 1 : 0;
  for (let match = DIRECTIVE.exec(lines[at] ?? ''); match; match = DIRECTIVE.exec(lines[at] ?? '')) {
    directives[match[1].toLowerCase()] = match[2];
    at += 1;
  }
  return [directives, lines.slice(at)];
}

/** Joins continued lines, and leaves out comments and the bodies of here-documents. */
function* instructions(lines: readonly string[], escape: string): Generator<Instruction> {
  for (let at = 0; at < lines.length; at += 1) {
    if (isNothing(lines[at])) { continue; }
    let line = lines[at].trim();
    while (line.endsWith(escape) && at + 1 < lines.length) {
      at += 1;
      if (!isNothing(lines[at])) { line = `${line.slice(0, -1).trimEnd()} ${lines[at].trim()}`; }
    }
    const [, word, rest] = /^(\S+)\s*(.*)$/s.exec(line.endsWith(escape) ? line.slice(0, -1) : line) ?? [];
    if (word === undefined) { continue; }
    yield [word.toUpperCase(), word.toUpperCase() === 'ONBUILD' ? '' : rest];
    if (!/^(RUN|COPY|ADD)$/i.test(word)) { continue; }
    for (const [, double, single, bare] of rest.matchAll(HEREDOC)) {
      const end = double ?? single ?? bare;
      at += 1;
      while (at < lines.length && lines[at].trim() !== end) { at += 1; }
    }
  }
}

function isNothing(line: string): boolean {
  return /^\s*(#.*)?$/.test(line);
}

/** `ARG A=1 B`: a build argument goes before the default, and a default may name an earlier argument. */
function declare(rest: string, values: { [name: string]: string | undefined }, given: Arguments): void {
  for (const part of rest.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []) {
    const at = part.indexOf('=');
    const name = at < 0 ? part : part.slice(0, at);
    const otherwise = at < 0 ? undefined : part.slice(at + 1).replace(/^(["'])(.*)\1$/, '$2');
    values[name] = given[name] ?? (otherwise === undefined ? undefined : expanded(otherwise, values));
  }
}

/** A text with its variables put in; undefined where one has no value that is known here. */
function expanded(text: string, values: Arguments): string | undefined {
  let known = true;
  const result = text.replace(/^(["'])(.*)\1$/, '$2').replace(VARIABLE, (_, plain?: string, braced?: string, operator?: string, word = '') => {
    const value = values[plain ?? braced!];
    if (operator === '-') { return value || word; }
    if (operator === '+') { return value ? word : ''; }
    known &&= value !== undefined;
    return value ?? '';
  });
  return known && !result.includes('$') ? result : undefined;
}
