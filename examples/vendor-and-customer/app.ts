import { App } from 'aws-cdk-lib';
import { CustomerStack } from './customer-stack';
import { VendorStack } from './vendor-stack';

const app = new App();
const account = (name: string, placeholder: string): string => app.node.tryGetContext(name) ?? placeholder;
const region = app.node.tryGetContext('region') ?? 'us-east-1';
// placeholders, so that the app can be looked at without accounts
const vendor = account('vendorAccount', '123456789012');
const customers = account('customerAccounts', '111122223333,444455556666').split(',');

// In real life these are two apps of two companies; the customer knows the vendor's account and Region, the vendor the customer's account.
new VendorStack(app, 'Vendor', { env: { account: vendor, region }, customers });
for (const customer of customers) {
  new CustomerStack(app, `Customer${customer}`, { env: { account: customer, region }, vendor });
}
