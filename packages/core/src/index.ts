export type { Transactions } from "./transactions.ts";
