import type { Area, Claim } from './claim';
import { keyOf, NOT_JUDGED, NOT_RUN, summary } from './figures';
import type { Figure, Figures } from './figures';
import type { Judge } from './judges';
import type { Session } from './settling/sessions';
import type { Assumption } from './unverified';

/** All that the page says. */
export interface Content {
  readonly areas: Area[];
  readonly figures: Figures;
  /** By the names of judges. */
  readonly versions: ReadonlyMap<string, string>;
  readonly assumptions: Assumption[];
  readonly before: string;
  readonly sessions: Session[];
}

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;
const table = (header: string[], rows: string[][]) => [row(...header), row(...header.map(() => '---')), ...rows.map(cells => row(...cells))].join('\n');
const link = (id: string) => `[${id}](#${id})`;
const isIndependent = ({ judges }: Claim) => judges.some(({ independent }) => independent);

/** docs/verification.md. */
export function render(content: Content): string {
  const claims = content.areas.flatMap(area => area.claims);
  return [
    '# What was verified, by whom, and what was not',
    opening(content, claims),
    inShort(content.areas),
    ...content.areas.map(area => overview(area, content.figures)),
    '## Where no judge is independent',
    'These claims are decided by tests that this project wrote. Programs of others take part in some: they make up inputs, deploy and pull.',
    claims.filter(claim => !isIndependent(claim)).map(({ id, claim }) => `- ${link(id)}: ${claim}.`).join('\n'),
    '## The judges',
    judgesOf(content, claims),
    '## The grounds',
    'Each figure with the step of [`.ci/run`](../.ci/run) that counted it. Files are beginnings of names; words in quotes are in the names of tests or checks.',
    ...claims.map(claim => grounds(claim, content.figures)),
    '## What no judge here can decide',
    undecided(content),
    `### Before\n\n${content.before}`,
    ...content.sessions.map(session => settling(session, content.assumptions)),
  ].join('\n\n') + '\n';
}

function opening({ figures, assumptions }: Content, claims: Claim[]): string {
  const missing = claims.flatMap(claim => claim.evidence.map(evidence => figures.get(keyOf(claim, evidence)) ?? NOT_RUN))
    .filter(figure => figure === NOT_RUN);
  const independent = claims.filter(isIndependent).length;
  return [
    '**Nothing of this was ever run against AWS.** What stands in for AWS is a local emulation whose ECR this project wrote from AWS\'s pages. So no figure '
    + 'here shows that AWS does what its pages say, or what this library takes them to say.',
    ...missing.length === 0 ? [] : [`**This page is incomplete:** ${missing.length} figures are missing, since their steps did not run.`],
    `Of ${claims.length} claims, ${independent} are decided, at least in part, by a judge that others wrote; the rest is in a [list](#where-no-judge-is-independent). `
    + `${assumptions.length} assumptions about AWS are left that [no judge here can decide](#what-no-judge-here-can-decide), each with the steps by which someone `
    + 'with an account settles it in an hour of work at most.',
    'A script wrote this page: `CI_RESULTS=reports/results .ci/run`, then `npm run verification -- reports/results`. Every figure is what that run counted as '
    + 'passed; nothing that was skipped counts, and a test may be a ground of two claims. CI fails when a claim has lost its tests, or when this page '
    + 'says more than its run counts.',
  ].join('\n\n');
}

function inShort(areas: Area[]): string {
  return table(['area', 'claims', 'of these, decided by others', 'the others'], areas.map(({ title, claims }) => [
    `[${title}](#${anchorOf(title)})`, String(claims.length), String(claims.filter(isIndependent).length),
    [...new Set(claims.flatMap(({ judges }) => judges).filter(({ independent }) => independent).map(({ name }) => name))].join(', '),
  ]));
}

/** As GitHub makes it. */
const anchorOf = (title: string) => title.toLowerCase().replace(/[^a-z0-9 -]/g, '').replaceAll(' ', '-');

function overview({ title, claims }: Area, figures: Figures): string {
  return `## ${title}\n\n${table(
    ['claim', 'who judges', 'what was tried, and what had to be refused', 'figure'],
    claims.map(claim => [
      `[${claim.claim}](#${claim.id})`, claim.judges.map(nameOf).join(', '), claim.tried, summary(claim, figures),
    ]),
  )}`;
}

const nameOf = ({ name, independent }: Judge) => independent ? `**${name}**` : name;

function judgesOf({ versions }: Content, claims: Claim[]): string {
  const all = [...new Set(claims.flatMap(claim => claim.judges))];
  return [
    'Those in bold letters were written by others and decide by themselves.',
    table(['judge', 'version', 'written by', 'claims'], all.map(judge => [
      nameOf(judge), versions.get(judge.name) ?? '', judge.by, String(claims.filter(claim => claim.judges.includes(judge)).length),
    ])),
  ].join('\n\n');
}

function grounds(claim: Claim, figures: Figures): string {
  return [
    `### ${claim.id}`,
    `${claim.claim}.`,
    claim.evidence.map(evidence => `- ${evidence.unit} of ${evidence.where}: ${written(figures.get(keyOf(claim, evidence)) ?? NOT_RUN)}`).join('\n'),
    ...claim.restsOn ? [`On AWS it holds only if these do: ${claim.restsOn.map(link).join(', ')}.`] : [],
  ].join('\n\n');
}

const written = (figure: Figure) => typeof figure === 'number' ? figure.toLocaleString('en-US') : figure;

function undecided({ assumptions, sessions }: Content): string {
  return [
    `The ${assumptions.length} assumptions of [unverified.md](unverified.md), in ${sessions.length} sessions that share a set-up. Each says what confirms the `
    + 'assumption, what refutes it, and what to change then. Whoever settles one: please send what you saw, and strike its row.',
    table(['session', 'settles'], sessions.map(({ title, settlings }) => [title, settlings.map(({ id }) => link(id)).join(', ')])),
  ].join('\n\n');
}

function settling({ title, setUp, settlings, cleanUp }: Session, assumptions: Assumption[]): string {
  const steps = settlings.map(({ id, text }) => {
    const { assumed, matters } = assumptions.find(assumption => assumption.id === id)!;
    return `#### ${id}\n\nAssumed: ${assumed}. It matters for: ${matters}.\n\n${text}`;
  });
  return [`### ${title}`, setUp, ...steps, ...cleanUp ? [`**Clean up.**\n\n${cleanUp}`] : []].join('\n\n');
}

/** The figures that a page says, by the same keys as those of a run. */
export function figuresIn(page: string): Figures {
  const figures = new Map<string, Figure>();
  let claim = '';
  for (const line of page.split('\n')) {
    claim = /^### (.+)$/.exec(line)?.[1] ?? claim;
    const [, ground, figure] = new RegExp(`^- (.+ of .+): ([\\d,]+|${NOT_RUN}|${NOT_JUDGED})$`).exec(line) ?? [];
    if (ground !== undefined) {
      figures.set(`${claim}: ${ground}`, figure === NOT_RUN || figure === NOT_JUDGED ? figure : Number(figure.replaceAll(',', '')));
    }
  }
  return figures;
}

/** The versions of judges that a page says. */
export function versionsIn(page: string): ReadonlyMap<string, string> {
  const start = page.indexOf('| judge | version |');
  const rows = page.slice(start, page.indexOf('\n\n', start)).split('\n').slice(2);
  return new Map(start < 0 ? [] : rows.map(line => line.split('|').map(cell => cell.trim().replace(/^\*\*(.*)\*\*$/, '$1'))).map(([, name, version]) => [name, version]));
}
