/** Prices in USD that differ from the list, such as those of another Region or of a contract. */
export interface CachePrices {
  /**
   * Which prices these are, for the report: the Region, and when they were looked up.
   *
   * @default - the Region and the date of the list, and that some prices are others when some are given
   */
  readonly priceList?: string;

  /**
   * A metric that an alarm reads, a month.
   *
   * @default 0.1
   */
  readonly alarm?: number;

  /**
   * A composite alarm, a month.
   *
   * @default 0.5
   */
  readonly compositeAlarm?: number;

  /**
   * A dashboard, a month.
   *
   * @default 3
   */
  readonly dashboard?: number;

  /**
   * A custom metric that gets values in every hour, a month.
   *
   * @default 0.3
   */
  readonly customMetric?: number;

  /**
   * A metric that is read by `GetMetricData`.
   *
   * @default 0.00001
   */
  readonly readMetric?: number;

  /**
   * A call of `PutMetricData`.
   *
   * @default 0.00001
   */
  readonly putMetricData?: number;

  /**
   * A GB that is written to a log.
   *
   * @default 0.5
   */
  readonly logIngestion?: number;

  /**
   * A GB in a log, a month.
   *
   * @default 0.03
   */
  readonly logStorage?: number;

  /**
   * A GB that a query of CloudWatch Logs Insights reads.
   *
   * @default 0.005
   */
  readonly logQuery?: number;

  /**
   * A run of a function.
   *
   * @default 0.0000002
   */
  readonly lambdaRequest?: number;

  /**
   * A GB and second of a function on ARM.
   *
   * @default 0.0000133334
   */
  readonly lambdaArmSecond?: number;

  /**
   * An event of an AWS service that a rule matches.
   *
   * @default 0
   */
  readonly awsEvent?: number;

  /**
   * A GB in repositories, a month.
   *
   * @default 0.1
   */
  readonly storage?: number;

  /**
   * A secret, a month.
   *
   * @default 0.4
   */
  readonly secret?: number;

  /**
   * A customer managed key, a month.
   *
   * @default 1
   */
  readonly key?: number;

  /**
   * An interface endpoint in an Availability Zone, a month of 730 hours.
   *
   * @default 7.3
   */
  readonly endpointZone?: number;

  /**
   * The first scan of an image by Amazon Inspector.
   *
   * @default 0.09
   */
  readonly imageScan?: number;
}

type PriceName = Exclude<keyof CachePrices, 'priceList'>;

/** A price of a list, with what it is for and the page of AWS that has it. */
interface Price {
  readonly price: number;
  readonly unit: string;
  readonly page: string;
}

/** Of where and when `PRICES` are. */
export const PRICE_LIST = 'US East (N. Virginia), June 2026';

/** List prices in USD, without free tiers and without volume tiers. */
export const PRICES: { readonly [name in PriceName]: Price } = {
  alarm: { price: 0.1, unit: 'metric that an alarm reads, and month', page: 'Amazon CloudWatch Pricing' },
  compositeAlarm: { price: 0.5, unit: 'composite alarm and month', page: 'Amazon CloudWatch Pricing' },
  dashboard: { price: 3, unit: 'dashboard and month', page: 'Amazon CloudWatch Pricing' },
  customMetric: { price: 0.3, unit: 'custom metric and month, by the hours in which it gets values', page: 'Amazon CloudWatch Pricing' },
  readMetric: { price: 0.01 / 1000, unit: 'metric read by GetMetricData', page: 'Amazon CloudWatch Pricing' },
  putMetricData: { price: 0.01 / 1000, unit: 'call of PutMetricData', page: 'Amazon CloudWatch Pricing' },
  logIngestion: { price: 0.5, unit: 'GB written to a log', page: 'Amazon CloudWatch Pricing' },
  logStorage: { price: 0.03, unit: 'GB of log and month', page: 'Amazon CloudWatch Pricing' },
  logQuery: { price: 0.005, unit: 'GB that a query of Logs Insights reads', page: 'Amazon CloudWatch Pricing' },
  lambdaRequest: { price: 0.2 / 1e6, unit: 'run of a function', page: 'AWS Lambda Pricing' },
  lambdaArmSecond: { price: 0.0000133334, unit: 'GB and second of a function on ARM', page: 'AWS Lambda Pricing' },
  awsEvent: { price: 0, unit: 'event of an AWS service that a rule matches', page: 'Amazon EventBridge Pricing' },
  storage: { price: 0.1, unit: 'GB in repositories and month', page: 'Amazon ECR pricing' },
  secret: { price: 0.4, unit: 'secret and month', page: 'AWS Secrets Manager Pricing' },
  key: { price: 1, unit: 'customer managed key and month', page: 'AWS Key Management Service Pricing' },
  endpointZone: { price: 7.3, unit: 'interface endpoint in an Availability Zone, and month of 730 hours', page: 'AWS PrivateLink Pricing' },
  imageScan: { price: 0.09, unit: 'first scan of an image by Amazon Inspector', page: 'Amazon Inspector pricing' },
};

/** What each thing costs. */
export type PriceTable = { readonly [name in PriceName]: number };

/** The list, with what was given instead. */
export function priceTable(given: CachePrices = {}): PriceTable {
  const entries = Object.entries(PRICES).map(([name, { price }]) => [name, given[name as PriceName] ?? price]);
  return Object.fromEntries(entries) as PriceTable;
}

/** The names of the options. */
export const PRICE_OPTIONS: readonly string[] = ['priceList', ...Object.keys(PRICES)];
