import { ReplacementCheck, ReplacementDanger } from '../../src/operations/replacement-check';

const RULE = 'AWS::ECR::PullThroughCacheRule';
const TEMPLATE = 'AWS::ECR::RepositoryCreationTemplate';
const ID = 'arn:aws:cloudformation:us-east-1:111122223333:changeSet/one/1';

/** The answer of DescribeChangeSet with changes. */
function changeSet(changes: object[], more: object = {}): string {
  return JSON.stringify({
    ChangeSetId: ID,
    ChangeSetName: 'one',
    Status: 'CREATE_COMPLETE',
    Changes: changes.map(ResourceChange => ({ Type: 'Resource', ResourceChange })),
    ...more,
  });
}

function modify(names: string[], more: object = {}, type = RULE) {
  return {
    Action: 'Modify',
    LogicalResourceId: 'Echo',
    PhysicalResourceId: 'echo',
    ResourceType: type,
    Replacement: 'True',
    Details: names.map(Name => ({
      Target: { Attribute: 'Properties', Name, RequiresRecreation: 'Always' }, Evaluation: 'Static', ChangeSource: 'DirectModification',
    })),
    ...more,
  };
}

const remove = (logicalId: string, prefix: string, type = RULE) => ({
  Action: 'Remove', LogicalResourceId: logicalId, PhysicalResourceId: prefix, ResourceType: type, PolicyAction: 'Delete',
});

const NESTED = 'AWS::CloudFormation::Stack';

/** The answer of DescribeStackResources. */
const content = (StackId: string, ...resources: [string, string, string][]) => JSON.stringify({
  StackResources: resources.map(([LogicalResourceId, PhysicalResourceId, ResourceType]) =>
    ({ StackId, LogicalResourceId, PhysicalResourceId, ResourceType })),
});

const add = (logicalId: string, properties?: object, type = RULE) => ({
  Action: 'Add', LogicalResourceId: logicalId, ResourceType: type, ...properties ? { AfterContext: JSON.stringify({ Properties: properties }) } : {},
});

describe('finds nothing', () => {
  const check = (...changes: object[]) => expect(ReplacementCheck.ofChangeSet([changeSet(changes)])).toEqual([]);

  test('when nothing changes', () => check());

  test('when other resources are replaced', () => check(modify(['RoleName'], {}, 'AWS::IAM::Role')));

  test('when another resource is removed and one of its type is added', () =>
    check(remove('Old', 'role', 'AWS::IAM::Role'), add('New', { RoleName: 'role' }, 'AWS::IAM::Role')));

  test('when a template changes in place', () => check(modify(['LifecyclePolicy'], { Replacement: 'False' }, TEMPLATE)));

  test('when a template changes in place and another one is removed', () =>
    check(modify(['LifecyclePolicy'], { Replacement: 'False' }, TEMPLATE), { ...remove('Hub', 'hub', TEMPLATE), PolicyAction: 'Retain' }));

  test('when a template changes in place and one is added whose prefix is not told', () =>
    check(modify(['LifecyclePolicy'], { Replacement: 'False' }, TEMPLATE), add('Hub', undefined, TEMPLATE)));

  test('when only metadata of a rule change', () => check(modify([], { Replacement: 'False', Scope: ['Metadata'] })));

  test('when a rule is added', () => check(add('Echo', { EcrRepositoryPrefix: 'echo' })));

  test('when a rule is added whose prefix is not told, and none is removed', () => check(add('Echo')));

  test('when a rule leaves the stack and is retained', () => check({ ...remove('Echo', 'echo'), PolicyAction: 'Retain' }));

  test('when a rule is imported', () => check({ ...add('Echo'), Action: 'Import', PhysicalResourceId: 'echo' }));

  test('when a nested stack is removed and retained', () => check({ ...remove('Nested', 'arn:nested', NESTED), PolicyAction: 'Retain' }));

  test('when a nested stack is removed that holds neither rule nor template', () => {
    expect(ReplacementCheck.ofChangeSet([changeSet([remove('Nested', 'arn:nested', NESTED)]), content('arn:nested', ['Role', 'role', 'AWS::IAM::Role'])])).toEqual([]);
  });

  test('when CloudFormation has nothing to do, which it calls a failure', () => {
    const nothing = { Status: 'FAILED', StatusReason: "The submitted information didn't contain changes. Submit different information to create a change set." };

    expect(ReplacementCheck.ofChangeSet([changeSet([], nothing)])).toEqual([]);
  });

  test('in a change set that does not say its status', () => {
    expect(ReplacementCheck.ofChangeSet([changeSet([], { Status: undefined })])).toEqual([]);
  });

  test('in changes that are no resources', () => {
    expect(ReplacementCheck.ofChangeSet([changeSet([], { Changes: [{ Type: 'Hook' }] })])).toEqual([]);
  });

  describe('when a rule may be replaced in theory only:', () => {
    const dynamic = (CausingEntity: string, ChangeSource = 'ResourceAttribute') => modify([], {
      Replacement: 'Conditional',
      Details: [{
        Target: { Attribute: 'Properties', Name: 'CustomRoleArn', RequiresRecreation: 'Always' }, Evaluation: 'Dynamic', ChangeSource, CausingEntity,
      }],
    });
    const role = { ...modify(['Policies'], { LogicalResourceId: 'EchoUpstreamRole', PhysicalResourceId: 'role', Replacement: 'False' }, 'AWS::IAM::Role') };

    test('its role changes in place and keeps its ARN', () => check(dynamic('EchoUpstreamRole.Arn'), role));

    test('what it refers to changes in place and keeps its name', () => check(dynamic('EchoUpstreamRole', 'ResourceReference'), role));

    test('its value is shown to be the same', () => check(modify([], {
      Replacement: 'Conditional',
      Details: [{ Target: { Attribute: 'Properties', Name: 'CredentialArn', RequiresRecreation: 'Always', BeforeValue: 'a', AfterValue: 'a' }, Evaluation: 'Dynamic' }],
    })));
  });
});

describe('finds a prefix that is lost', () => {
  const found = (...changes: object[]) => ReplacementCheck.ofChangeSet([changeSet(changes)]);

  test('when a rule is simply removed, once for the rule and its template', () => {
    expect(found(remove('Echo', 'echo'), remove('T', 'echo', TEMPLATE))).toEqual([{
      danger: ReplacementDanger.PREFIX_LOST,
      logicalId: 'Echo',
      repositoryPrefix: 'echo',
      reason: "the pull-through cache rule 'echo' is removed: nothing that is not cached can be pulled by it any more.",
      wayOut: 'move the pullers to another cache before, or keep it.',
    }]);
  });

  test('when a rule is removed beside something else that is added', () => {
    for (const other of [add('Hub', { EcrRepositoryPrefix: 'hub' }), add('T', { Prefix: 'echo' }, TEMPLATE)]) {
      expect(found(remove('Echo', 'echo'), other).map(({ danger, logicalId }) => [danger, logicalId])).toEqual([['PREFIX_LOST', 'Echo']]);
    }
  });

  test('when a template is removed without its rule', () => {
    expect(found(remove('T', 'echo', TEMPLATE))).toEqual([expect.objectContaining({
      danger: ReplacementDanger.PREFIX_LOST,
      reason: "the repository creation template 'echo' is removed: repositories that are created below it from then on lack its settings.",
      wayOut: 'keep it for as long as the rule is there.',
    })]);
  });

  test('when a template is removed while its rule is retained', () =>
    expect(ReplacementCheck.ofChangeSet([changeSet([remove('Template', 'echo', TEMPLATE), { ...remove('Echo', 'echo'), PolicyAction: 'Retain' }])])).toEqual([{
      danger: ReplacementDanger.PREFIX_LOST,
      logicalId: 'Template',
      repositoryPrefix: 'echo',
      reason: "the repository creation template 'echo' is removed: repositories that are created below it from then on lack its settings.",
      wayOut: 'keep it for as long as the rule is there.',
    }]));

  test.each<[string, object[], string]>([
    ['with its rule', [remove('Echo', 'echo')], 'with the rule, and deletes the repositories that are younger than it, with all their images.'],
    ['alone', [], 'alone, and deletes nothing while the rule is there, but if it is gone, the repositories that are younger, with all their images.'],
    ['with a rule that is retained', [{ ...remove('Echo', 'echo'), PolicyAction: 'Retain' }],
      'alone, and deletes nothing while the rule is there, but if it is gone, the repositories that are younger, with all their images.'],
  ])('when a removal of repositories goes %s', (_, more, what) => {
    const findings = ReplacementCheck.ofChangeSet([
      changeSet([remove('Removal', 'echo@2026-03-01T00:00:00.000Z', 'Custom::PullThroughCacheRemoval'), ...more]),
    ]);
    expect(findings).toContainEqual({
      danger: ReplacementDanger.IMAGES_DELETED,
      logicalId: 'Removal',
      repositoryPrefix: 'echo',
      reason: `the removal of the repositories below 'echo' is removed: ${what}`,
      wayOut: 'deploy it with keepAll: true before, if the images are to stay.',
    });
  });

  test('when a nested stack is removed with a rule', () => {
    const findings = ReplacementCheck.ofChangeSet([changeSet([remove('Nested', 'arn:nested', NESTED)]), content('arn:nested', ['Echo', 'echo', RULE])]);

    expect(findings.map(({ danger, logicalId }) => [danger, logicalId])).toEqual([['PREFIX_LOST', 'Echo']]);
  });
});

describe('finds a collision', () => {
  test('when a nested stack is removed whose rule is created elsewhere', () => {
    const findings = ReplacementCheck.ofChangeSet([
      changeSet([remove('Nested', 'arn:nested', NESTED), add('Moved', { EcrRepositoryPrefix: 'echo' })]), content('arn:nested', ['Echo', 'echo', RULE]),
    ]);

    expect(findings.map(({ danger, logicalId }) => [danger, logicalId])).toEqual([['COLLISION', 'Moved']]);
  });

  test.each(['CredentialArn', 'CustomRoleArn', 'UpstreamRegistryUrl'])('when %s of a rule changes', name => {
    expect(ReplacementCheck.ofChangeSet([changeSet([modify([name])])])).toEqual([{
      danger: ReplacementDanger.COLLISION,
      logicalId: 'Echo',
      repositoryPrefix: 'echo',
      reason: `the pull-through cache rule 'echo' has to be replaced, since ${name} can't be changed in place; the new one is created before the old one is `
        + 'deleted, and the prefix is taken.',
      wayOut: 'keep the value and change what it stands for, such as the value of a secret or the permissions of a role; or make a cache with another prefix '
        + 'beside this one, move the pullers, then remove this one.',
    }]);
  });

  test('when the type of a resource changes to or from a rule', () => {
    expect(ReplacementCheck.ofChangeSet([changeSet([modify([])])])[0].reason).toContain('since its type can\'t be changed in place');
  });

  const because = (details: object[]) => ReplacementCheck.ofChangeSet([changeSet([modify([], { Details: details })])])[0].reason;

  test('and names each property that is the cause once', () => {
    const details = ['CredentialArn', 'CustomRoleArn', 'CredentialArn'].map(Name => ({ Target: { Attribute: 'Properties', Name, RequiresRecreation: 'Always' } }));

    expect(because(details)).toContain("since CredentialArn, CustomRoleArn can't be changed in place");
  });

  test('and names no change that needs no replacement', () => {
    const details = [{ Target: { Attribute: 'Metadata', RequiresRecreation: 'Never' } }, { Target: { Attribute: 'Properties', Name: 'CredentialArn' } }];

    expect(because(details)).toContain("since CredentialArn can't be changed in place");
  });

  test('and names the attribute where no property is the cause', () => {
    expect(because([{ Target: { Attribute: 'DeletionPolicy', RequiresRecreation: 'Always' } }])).toContain("since DeletionPolicy can't be changed in place");
  });

  test('when the change set does not say what changes', () => {
    expect(because([{ Evaluation: 'Static' }])).toContain("since something can't be changed in place");
  });

  test('once, when the values of the rule are given', () => {
    const values = { AfterContext: JSON.stringify({ Properties: { EcrRepositoryPrefix: 'echo' } }) };

    expect(ReplacementCheck.ofChangeSet([changeSet([modify(['CredentialArn'], values)])])).toHaveLength(1);
  });

  test('when a rule gets the prefix of one that is removed', () => {
    const details = [
      { Evaluation: 'Static' },
      { Target: { Name: 'CredentialArn', AfterValue: 'arn' } },
      { Target: { Name: 'EcrRepositoryPrefix' } },
      { Target: { Name: 'EcrRepositoryPrefix', AfterValue: 'hub' } },
    ];

    expect(ReplacementCheck.ofChangeSet([changeSet([modify([], { Details: details }), remove('Hub', 'hub')])])).toEqual([
      expect.objectContaining({ danger: ReplacementDanger.PREFIX_LOST, repositoryPrefix: 'echo' }),
      expect.objectContaining({ danger: ReplacementDanger.COLLISION, repositoryPrefix: 'hub', reason: expect.stringContaining('before that of Hub is deleted') }),
    ]);
  });

  test('when a rule gets another logical id', () => {
    expect(ReplacementCheck.ofChangeSet([changeSet([remove('Echo', 'echo'), add('CachesEcho', { EcrRepositoryPrefix: 'echo' })])])).toEqual([{
      danger: ReplacementDanger.COLLISION,
      logicalId: 'CachesEcho',
      repositoryPrefix: 'echo',
      reason: "the pull-through cache rule 'echo' is created anew as CachesEcho before that of Echo is deleted, and the prefix is taken.",
      wayOut: "give the construct the place and the id back by which it is Echo, or call overrideLogicalId('Echo').",
    }]);
  });

  test('when a template gets another logical id', () => {
    const [finding] = ReplacementCheck.ofChangeSet([changeSet([remove('T', 'echo', TEMPLATE), add('U', { Prefix: 'echo' }, TEMPLATE)])]);

    expect([finding.danger, finding.reason]).toEqual([ReplacementDanger.COLLISION, expect.stringContaining("repository creation template 'echo' is created anew as U")]);
  });

  test('when a rule takes the prefix that another one is to give up', () => {
    const changes = [
      modify(['EcrRepositoryPrefix'], { AfterContext: JSON.stringify({ Properties: { EcrRepositoryPrefix: 'old' } }) }),
      add('New', { EcrRepositoryPrefix: 'echo' }),
    ];

    expect(ReplacementCheck.ofChangeSet([changeSet(changes)]).filter(({ danger }) => danger === ReplacementDanger.COLLISION)).toEqual([
      expect.objectContaining({ logicalId: 'New', wayOut: "deploy twice: first what frees the prefix 'echo', then what takes it." }),
    ]);
  });

  test('when a rule moves into a nested stack', () => {
    const inner = `${ID}-nested`;
    const outer = changeSet([remove('Echo', 'echo'), { ...modify([], { Replacement: 'False', ChangeSetId: inner }, 'AWS::CloudFormation::Stack') }]);
    const nested = changeSet([add('Echo', { EcrRepositoryPrefix: 'echo' })], { ChangeSetId: inner });

    expect(ReplacementCheck.ofChangeSet([outer, nested]).map(({ danger }) => danger)).toEqual([ReplacementDanger.COLLISION]);
  });

  test('on any page', () => {
    const pages = [changeSet([], { NextToken: 'two' }), changeSet([add('New', { EcrRepositoryPrefix: 'echo' })], { NextToken: 'three' }), changeSet([remove('Echo', 'echo')])];

    expect(ReplacementCheck.ofChangeSet(pages)).toHaveLength(1);
    expect(ReplacementCheck.ofChangeSet(pages.reverse())).toHaveLength(1);
  });
});

describe('finds a prefix that is lost', () => {
  test.each([[RULE, 'EcrRepositoryPrefix', 'pull-through cache rule'], [TEMPLATE, 'Prefix', 'repository creation template']])('of %s', (type, property, what) => {
    expect(ReplacementCheck.ofChangeSet([changeSet([modify([property], {}, type)])])).toEqual([{
      danger: ReplacementDanger.PREFIX_LOST,
      logicalId: 'Echo',
      repositoryPrefix: 'echo',
      reason: `the ${what} 'echo' gets another prefix: what is pulled by the old one is cached no more, and its repositories stay behind.`,
      wayOut: 'make a cache with another prefix beside this one, move the pullers, then remove this one.',
    }]);
  });

  test('of each of two rules, when the new prefix is not told while another rule is removed', () => {
    const findings = ReplacementCheck.ofChangeSet([changeSet([modify(['EcrRepositoryPrefix']), remove('Hub', 'hub')])]);

    expect(findings.map(({ danger }) => danger)).toEqual([ReplacementDanger.PREFIX_LOST, ReplacementDanger.PREFIX_LOST]);
  });
});

describe('says what it can not know', () => {
  const unknown = (changes: object[], more: string[] = []) => {
    const findings = ReplacementCheck.ofChangeSet([changeSet(changes), ...more]);
    expect(findings.map(({ danger }) => danger)).toEqual([ReplacementDanger.NOT_KNOWN]);
    return findings[0];
  };
  const conditional = (detail: object) => modify([], {
    Replacement: 'Conditional',
    Details: [{ Target: { Attribute: 'Properties', Name: 'CustomRoleArn', RequiresRecreation: 'Always' }, Evaluation: 'Dynamic', ...detail }],
  });

  test('when a value of a rule depends on a resource that may be replaced', () => {
    const role = modify(['RoleName'], { LogicalResourceId: 'Role', Replacement: 'True' }, 'AWS::IAM::Role');
    const { reason, wayOut } = unknown([conditional({ ChangeSource: 'ResourceAttribute', CausingEntity: 'Role.Arn' }), role]);

    expect(reason).toContain("the pull-through cache rule 'echo' is replaced if the value of CustomRoleArn changes, which depends on Role.Arn");
    expect(wayOut).toContain('deploy what it depends on first');
  });

  test('when a value depends on another attribute than an ARN', () => {
    const role = modify([], { LogicalResourceId: 'Role', Replacement: 'False' }, 'AWS::IAM::Role');

    unknown([conditional({ ChangeSource: 'ResourceAttribute', CausingEntity: 'Role.RoleId' }), role]);
  });

  test('when a value was written anew and is known at deployment only', () => {
    expect(unknown([conditional({ ChangeSource: 'DirectModification' })])).toEqual({
      danger: ReplacementDanger.NOT_KNOWN,
      logicalId: 'Echo',
      repositoryPrefix: 'echo',
      reason: "the pull-through cache rule 'echo' is replaced if the value of CustomRoleArn changes; with the same prefix that fails, since the new one is "
        + 'created before the old one is deleted.',
      wayOut: 'deploy what it depends on first and make the change set again, or write out a value that stays.',
    });
  });

  test('when values depend on several resources', () => {
    const details = ['Role.Arn', 'Secret', 'Role.Arn'].map(CausingEntity => ({ Target: { Name: 'CustomRoleArn' }, CausingEntity }));

    expect(unknown([modify([], { Replacement: 'Conditional', Details: details })]).reason)
      .toContain('changes, which depends on Role.Arn, Secret; with');
  });

  test('when a value is shown to be another one', () => {
    unknown([conditional({ Target: { Name: 'CredentialArn', RequiresRecreation: 'Always', BeforeValue: 'a', AfterValue: 'b' } })]);
  });

  const inPlace = modify([], { LogicalResourceId: 'Role', Replacement: 'False' }, 'AWS::IAM::Role');

  test.each([
    ['a value that is known before', { Evaluation: 'Static', ChangeSource: 'ResourceAttribute', CausingEntity: 'Role.Arn' }],
    ['a parameter', { ChangeSource: 'ParameterReference', CausingEntity: 'Role' }],
    ['another resource than the one that stays', { ChangeSource: 'ResourceAttribute', CausingEntity: 'Other.Arn' }],
  ])('when the cause is %s', (_, detail) => {
    unknown([conditional(detail), inPlace]);
  });

  test('when a rule is added without values while another is removed', () => {
    expect(unknown([remove('Echo', 'echo'), add('New')])).toEqual({
      danger: ReplacementDanger.NOT_KNOWN,
      logicalId: 'New',
      reason: "a pull-through cache rule is created whose prefix the change set does not tell, while Echo ('echo') is deleted after that; with the same prefix this fails.",
      wayOut: 'describe the change set with --include-property-values and check again.',
    });
  });

  test('when a rule is added without values while several are removed', () => {
    expect(unknown([remove('Echo', 'echo'), remove('Hub', 'hub'), add('New')]).reason).toContain("while Echo, Hub ('echo', 'hub') is deleted after that");
  });

  test.each([
    ['is no text', JSON.stringify({ Properties: { EcrRepositoryPrefix: 5 } })],
    ['is not among the values', JSON.stringify({ Properties: {} })],
    ['is not told, since there are no values', 'null'],
    ['is not told, since there are no properties', '{}'],
  ])('when the prefix of a rule that is added %s', (_, AfterContext) => {
    unknown([remove('Echo', 'echo'), { ...add('New'), AfterContext }]);
  });

  test('when the prefix of a rule that is added is known at deployment only', () => {
    unknown([remove('Echo', 'echo'), add('New', { EcrRepositoryPrefix: '{{changeSet:KNOWN_AFTER_APPLY}}' })]);
  });

  test('when CloudFormation can not tell what happens to a rule', () => {
    expect(unknown([{ ...modify([]), Action: 'Dynamic', Replacement: undefined }])).toMatchObject({
      reason: "CloudFormation can't tell before the deployment what happens to the pull-through cache rule 'echo'.",
      wayOut: 'deploy what it depends on first and make the change set again.',
    });
  });

  test('when CloudFormation can not tell what happens to a rule that may not be there yet', () => {
    expect(unknown([{ ...add('New'), Action: 'Dynamic' }]).reason).toContain('what happens to the pull-through cache rule of a prefix that is not known.');
  });

  const nestedStack = (more: object) => modify([], { LogicalResourceId: 'Nested', Replacement: 'False', ...more }, 'AWS::CloudFormation::Stack');

  test('when the change set of a nested stack is not given', () => {
    expect(unknown([nestedStack({ ChangeSetId: 'other' })])).toMatchObject({
      reason: 'the nested stack Nested changes, and its change set other was not given.',
      wayOut: 'describe the change set of the nested stack as well, and check both together.',
    });
  });

  test('when a nested stack has no change set', () => {
    expect(unknown([nestedStack({})])).toMatchObject({
      reason: 'the nested stack Nested changes, and there is no change set of it.',
      wayOut: 'make the change set with --include-nested-stacks.',
    });
  });

  test('when a new nested stack has no change set', () => {
    expect(unknown([{ ...add('Nested'), ResourceType: NESTED }])).toMatchObject({ reason: 'the nested stack Nested is new, and there is no change set of it.' });
  });

  test.each([
    ['no answer is given about it', []],
    ['the answer is about another stack', [content('arn:other', ['Echo', 'echo', RULE])]],
    ['the answer is empty', [content('arn:nested')]],
  ])('when a nested stack is removed and %s', (_, more) => {
    const findings = ReplacementCheck.ofChangeSet([changeSet([remove('Nested', 'arn:nested', NESTED)]), ...more]);
    expect(findings).toContainEqual({
      danger: ReplacementDanger.NOT_KNOWN,
      logicalId: 'Nested',
      reason: 'the nested stack Nested is removed, and a change set does not tell what goes with it: a rule among it goes, or collides when it is created '
        + 'elsewhere.',
      wayOut: 'give what aws cloudformation describe-stack-resources --stack-name arn:nested prints as well, and check both together.',
    });
  });

  test.each([
    ['an action that came later', { Action: 'SyncWithActual' }], ['a change of which it is not said whether it replaces', { Replacement: undefined }],
  ])('for %s', (_, more) => {
    unknown([{ ...modify(['CredentialArn']), Details: [], ...more, ...'Action' in more ? { Replacement: undefined } : {} }]);
  });

  test('not when the change set of the nested stack is given', () => {
    expect(ReplacementCheck.ofChangeSet([changeSet([nestedStack({ ChangeSetId: 'other' })]), changeSet([], { ChangeSetId: 'other' })])).toEqual([]);
  });
});

describe('fails', () => {
  const refused = (message: string | RegExp, ...texts: string[]) => expect(() => ReplacementCheck.ofChangeSet(texts)).toThrow(message);

  test('without a change set', () => refused('got no change set, expected the JSON of at least one: give the output of aws cloudformation describe-change-set'));

  test('for a text that is no JSON', () => refused(/got 'Changes: \[\]', which is no JSON \(.*\), expected the JSON of a change set/, 'Changes: []'));

  test.each(['{}', '[]', 'null', '3', '{"Changes":{}}', '{"StackSummaries":[]}'])('for JSON without changes, %s', text =>
    refused(`got JSON without a list 'Changes', '${text}', expected the JSON of a change set`, text));

  test('for a change set that failed', () => refused(
    'got a change set with the status FAILED (Template error), expected CREATE_COMPLETE: mend what CloudFormation says and make the change set again',
    changeSet([], { Status: 'FAILED', StatusReason: 'Template error' })));

  test('for a change set that failed without a reason', () => refused('with the status FAILED (no reason is given)', changeSet([], { Status: 'FAILED' })));

  test('for a change set that is being made', () => refused('expected CREATE_COMPLETE: wait until it is made', changeSet([], { Status: 'CREATE_IN_PROGRESS' })));

  test('when pages are missing', () => refused(
    `got 1 of more pages of the change set '${ID}', expected all of them: describe it with the NextToken of the last page as well`,
    changeSet([], { NextToken: 'two' })));

  test('when a stack has as many resources as are ever given', () => refused(
    'got 100 resources of a stack, which are as many as DescribeStackResources gives',
    changeSet([]), content('arn:nested', ...Array.from({ length: 100 }, (_, at): [string, string, string] => [`R${at}`, `r${at}`, 'AWS::IAM::Role']))));

  test('when pages of a nested change set are missing', () => refused("of the change set 'nested'", changeSet([]), changeSet([], { ChangeSetId: 'nested', NextToken: 'two' })));

  test.each([{}, { Action: 'Add', ResourceType: RULE }, { LogicalResourceId: 'Echo', ResourceType: RULE }])('for a change that lacks something, %p', change =>
    refused(new RegExp('^got a change without an action, a logical id or a type, .*, expected changes as CloudFormation gives them: '
      + 'give the whole output, without taking something out of it$'), changeSet([change])));

  test('for a change that is null', () => refused('got a change without an action', changeSet([], { Changes: [null] })));

  test('for values that are no JSON', () => refused(
    /^got 'html' as what New is after the change, which is no JSON \(.*\), expected changes as CloudFormation gives them: give the whole output, without taking something out of it$/,
    changeSet([remove('Echo', 'echo'), { ...add('New'), AfterContext: 'html' }])));
});
