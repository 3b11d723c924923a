import { accessTexts, checkNoMore, checkOptions } from '../private/access';
import { checkAccount } from '../private/checks';
import { BY_METHOD, checkChoice, madeByMethod } from '../private/choices';

/** What narrows the access of a customer. */
export interface CustomerOptions {
  /**
   * Names of the roles that ECR may read with on the customer's behalf, with their paths and without a slash in front. `*` stands for any
   * characters. They need not exist yet. It is the role of the customer's rule that reads, not the role of a puller. An empty list is refused.
   *
   * @default - every role that the customer's account itself allows
   */
  readonly roles?: string[];

  /**
   * The organisation of AWS Organizations that the account has to belong to, such as `o-a1b2c3d4e5`: access ends when it leaves.
   *
   * @default - none
   */
  readonly organizationId?: string;
}

const CHOICES = 'Customer.account()';

/**
 * An account that caches a vendor's images.
 *
 * @example
 * import { Customer } from 'cdk-ecr-pull-through-cache';
 *
 * const customer = Customer.account('444455556666', { roles: ['echo-mirror-*'], organizationId: 'o-a1b2c3d4e5' });
 */
export class Customer {
  /**
   * A customer by the account of its cache.
   *
   * @param account the account: 12 digits, or a token
   * @param options which of its roles read, and which organisation it has to belong to
   * @throws for what is no account, an option that there is not, an empty list of roles
   */
  public static account(account: string, options: CustomerOptions = {}): Customer {
    checkNoMore('account', arguments, 2, 'name the roles in the options');
    checkAccount(account);
    checkOptions('a customer', options, ['roles', 'organizationId']);
    const { roles, organizationId } = options;
    const named = roles === undefined ? undefined : accessTexts('roles', roles, 'leave the roles out for the whole account');
    return new Customer(BY_METHOD, account, named, organizationId);
  }

  /**
   * Refuses what is no customer.
   *
   * @internal
   */
  public static _check(customer: Customer): void {
    checkChoice('customers', customer, Customer, CHOICES);
  }

  private constructor(
    key: symbol,
    /** @internal */
    public readonly _account: string,
    /** @internal */
    public readonly _roles: readonly string[] | undefined,
    /** @internal */
    public readonly _organizationId: string | undefined) {
    madeByMethod(this, key, Customer, CHOICES);
  }

  /**
   * Whether nothing narrows its access.
   *
   * @internal
   */
  public get _isWholeAccount(): boolean {
    return this._roles === undefined && this._organizationId === undefined;
  }
}
