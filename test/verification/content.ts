import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { AREAS } from './claims';
import type { Figures } from './figures';
import { figuresIn, render, versionsIn } from './page';
import { pathOf, textOf } from './repository';
import { BEFORE, SESSIONS } from './settling/sessions';
import { assumptionsIn } from './unverified';

const PAGE = pathOf('docs/verification.md');

export const CLAIMS = AREAS.flatMap(area => area.claims);

/** The page as it is committed, empty before it is there. */
export const committed = () => existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';

export const commit = (text: string) => writeFileSync(PAGE, text);

/** The page with the figures of a run, and the versions of judges that are installed and pinned here. */
export function pageOfRun(figures: Figures): string {
  return page(figures, new Map());
}

/** The page as its script writes it today, with the figures and versions that are on it. */
export function rewritten(text: string): string {
  return page(figuresIn(text), versionsIn(text));
}

function page(figures: Figures, versions: ReadonlyMap<string, string>): string {
  const judges = new Set(CLAIMS.flatMap(claim => claim.judges));
  return render({
    areas: AREAS,
    figures,
    versions: new Map([...judges].flatMap(({ name, version }) => version ? [[name, versions.get(name) ?? version()]] : [])),
    assumptions: assumptionsIn(textOf('docs/unverified.md')),
    before: BEFORE,
    sessions: SESSIONS,
  });
}
