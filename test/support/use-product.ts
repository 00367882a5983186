import { type Product, type ProductOptions, type ProductTenant, startProduct } from './product.ts';

/** A running product for the length of a describe. */
export interface ProductStage {
  readonly product: Product;
  readonly acme: ProductTenant;
}

/** To be called in a describe; what it gives is there from the first test on. */
export function useProduct(options: ProductOptions = {}): ProductStage {
  let product: Product | undefined;
  before(async () => {
    product = await startProduct(options);
  });
  after(() => product?.close());
  const started = (): Product => {
    if (!product) throw new Error('The product is there when the first test begins.');
    return product;
  };
  return {
    get product() {
      return started();
    },
    get acme() {
      return started().acme;
    },
  };
}
