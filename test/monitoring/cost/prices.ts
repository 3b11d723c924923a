/** Prices in USD of US East (N. Virginia), without free tiers and without volume tiers, June 2026. */
export const PRICES = {
  alarm: { price: 0.1, unit: 'metric that an alarm reads, and month', page: 'Amazon CloudWatch Pricing' },
  compositeAlarm: { price: 0.5, unit: 'composite alarm and month', page: 'Amazon CloudWatch Pricing' },
  dashboard: { price: 3, unit: 'dashboard and month', page: 'Amazon CloudWatch Pricing' },
  customMetric: { price: 0.3, unit: 'custom metric and month, by the hours in which it gets values', page: 'Amazon CloudWatch Pricing' },
  readMetric: { price: 0.01 / 1000, unit: 'metric read by GetMetricData', page: 'Amazon CloudWatch Pricing' },
  putMetricData: { price: 0.01 / 1000, unit: 'call of PutMetricData', page: 'Amazon CloudWatch Pricing' },
  logIngestion: { price: 0.5, unit: 'GB written to a log', page: 'Amazon CloudWatch Pricing' },
  logStorage: { price: 0.03, unit: 'GB of log and month', page: 'Amazon CloudWatch Pricing' },
  lambdaRequest: { price: 0.2 / 1e6, unit: 'run of a function', page: 'AWS Lambda Pricing' },
  lambdaArmSecond: { price: 0.0000133334, unit: 'GB and second of a function on ARM', page: 'AWS Lambda Pricing' },
  awsEvent: { price: 0, unit: 'event of an AWS service that a rule matches', page: 'Amazon EventBridge Pricing' },
} as const;
