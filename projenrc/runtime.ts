/** The Node.js that the functions are bundled for and run on: the newest that Lambda recommends. */
export const FUNCTIONS_NODE = '24';

/** Its name in Lambda. */
export const FUNCTIONS_RUNTIME = `nodejs${FUNCTIONS_NODE}.x`;
