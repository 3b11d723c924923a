import { AREA, FILE, mutant, mutants, OTHER_AREA } from './mutants.fixture';
import { page, restOf, restSection } from './page';

const content = { areas: [AREA], mutants: mutants(3, 'Killed'), reasons: [], version: '9.6.1', rest: '' };
const restContent = { areas: [OTHER_AREA], mutants: mutants(1, 'Killed', { file: 'src/pulling/a.ts' }), reasons: [], left: [] };

describe('the page', () => {
  test('has a row for each area and one for all', () => {
    const pulling = mutants(1, 'Timeout', { file: 'src/pulling/a.ts' });
    const written = page({ ...content, areas: [AREA, OTHER_AREA], mutants: [...mutants(2, 'Killed'), ...mutants(1, 'Survived'), ...pulling] });

    expect(written).toContain('Stryker 9.6.1 changed the source in 4 places');
    expect(written).toContain('| Upstreams | 1 | 3 | 2 | 0 | 1 | 0 | 0 | 66.7 % |\n| Grants | 1 | 1 | 0 | 1 | 0 | 0 | 0 | 100.0 % |\n'
      + '| **All** | 2 | 4 | 2 | 1 | 1 | 0 | 0 | 75.0 % |');
  });

  test('counts no mutant of other areas', () => {
    expect(page({ ...content, mutants: [...mutants(3, 'Killed'), ...mutants(5, 'Survived', { file: 'src/registry/a.ts' })] }))
      .toContain('| **All** | 1 | 3 | 3 | 0 | 0 | 0 | 0 | 100.0 % |');
  });

  test('says that nothing survived', () => {
    expect(page(content)).toMatch(/### Upstreams\n\nNothing\.\n$/);
  });

  test('names each survivor with its change and the reason', () => {
    const survivor = mutant({ status: 'Survived' });
    const { file, mutator, original, replacement } = survivor;

    expect(page({ ...content, mutants: [survivor], reasons: [{ file, mutator, original, replacement, reason: 'They are never equal.' }] }))
      .toContain(`- \`${FILE}\`, in \`return a < b;\`: \`a < b\` became \`a <= b\`. They are never equal.\n`);
  });

  test('says where a reason is missing', () => {
    expect(page({ ...content, mutants: mutants(1, 'NoCoverage') })).toContain('`a <= b`. **No reason yet.**');
  });

  test.each([
    ['', 'nothing'],
    ['{\n    return a;\n  }', '`{ return a; }`'],
    ['`${a}`', '`` `${a}` ``'],
  ])('shows the code %j in one line', (original, shown) => {
    expect(page({ ...content, mutants: [mutant({ status: 'Survived', original })] })).toContain(`: ${shown} became`);
  });

  test('ends with the rest', () => {
    const rest = restSection({ ...restContent, left: ['src/pulling/b.ts', 'src/index.ts', 'src/pulling/c.ts'] });
    const written = page({ ...content, rest });

    expect(written).toContain('| Grants | 1 | 1 | 1 | 0 | 0 | 0 | 0 | 100.0 % |');
    expect(written).toMatch(/\n\nNot measured, .*: `src\/pulling\/b\.ts`, `src\/pulling\/c\.ts`\.\n\nIn no area, .*: `src\/index\.ts`\.\n\n/);
    expect(written.endsWith(`${rest}\n`)).toBe(true);
  });

  test('has no row for an area of which nothing was measured', () => {
    expect(restSection({ ...restContent, areas: [AREA, OTHER_AREA], left: [FILE] })).not.toContain(AREA.title);
  });

  test('names no files when none was left out', () => {
    expect(restSection(restContent)).not.toMatch(/Not measured,|In no area/);
  });

  test('names each survivor of the rest with its reason', () => {
    const survivor = mutant({ status: 'Survived', file: 'src/pulling/a.ts' });
    const rest = (reason?: string) => restSection({ ...restContent, mutants: [survivor], reasons: reason ? [{ ...survivor, reason }] : [] });

    expect(rest('They are never equal.')).toMatch(/\n\n### Grants\n\n- `src\/pulling\/a\.ts`, in `return a < b;`: `a < b` became `a <= b`\. They are never equal\.$/);
    expect(rest()).toMatch(/`a <= b`\. \*\*No reason yet\.\*\*$/);
  });

  test('keeps the rest when it is written again', () => {
    const written = page({ ...content, rest: restSection(restContent) });

    expect(page({ ...content, rest: restOf(written) })).toBe(written);
  });

  test('says that the rest was not measured before it was', () => {
    expect(restOf(page(content))).toMatch(/^## .*\n\nNot measured yet: /);
  });
});
