/** For tests that are not about who did something. */
export const byPerson = { kind: "person" } as const;
export const byOperator = { kind: "operator", name: "anna" } as const;
