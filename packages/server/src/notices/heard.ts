/** How long an objection is heard. */
export const heardMs = 30 * 24 * 3_600_000;
