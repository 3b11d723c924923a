import type { Claim } from './claim';
import { keyOf, printed, summary } from './figures';
import type { Counted, Figures } from './figures';

/** Whether something holds, with what to say about it. */
export interface Verdict {
  readonly holds: boolean;
  readonly text: string;
}

/** Whether each claim has its grounds in a run, and whether the page says no more of it than that run. */
export function verdicts(claims: readonly Claim[], { figures, problems }: Counted, said: Figures): Verdict[] {
  return claims.map(claim => {
    const wrong = [...problems.get(claim.id) ?? [], ...exaggerations(claim, figures, said)];
    return wrong.length === 0
      ? { holds: true, text: `${claim.id}: ${summary(claim, figures)}` }
      : { holds: false, text: `${claim.id}: ${wrong.join('; ')}` };
  });
}

function exaggerations(claim: Claim, figures: Figures, said: Figures): string[] {
  return claim.evidence.flatMap(evidence => {
    const [counted, claimed] = [figures, said].map(all => all.get(keyOf(claim, evidence)));
    if (typeof counted !== 'number' || typeof claimed !== 'number') {
      return [];
    }
    return claimed > counted || (evidence.exact && claimed !== counted)
      ? [`docs/verification.md says ${printed(claimed, evidence.unit)} of ${evidence.where}, there are ${printed(counted, evidence.unit)}`]
      : [];
  });
}

/** Whether a page is what its script writes with the figures that are on it: nothing in it is by hand. */
export function written(page: string, rendered: string): Verdict {
  const [on, in_] = [page, rendered].map(text => text.split('\n'));
  const at = in_.findIndex((line, number) => line !== on[number]);
  return page === rendered
    ? { holds: true, text: 'the page is what its script writes' }
    : {
      holds: false,
      text: `docs/verification.md has in line ${at + 1} '${(on[at] ?? '').slice(0, 80)}', expected '${(in_[at] ?? '').slice(0, 80)}': run npm run verification`,
    };
}
