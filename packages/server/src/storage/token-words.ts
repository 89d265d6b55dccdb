/** What stands for an end that does not come, so that a token that lasts is a row like any other. */
export const never = Number.MAX_SAFE_INTEGER;
/** The hash of no token. */
export const noToken = "";
