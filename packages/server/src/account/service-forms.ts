/** For what the forms are that lead to another service: of who is not signed in, and of who shows to be there. */
export const signInWithService = "sign-in-with-service";
export const proveWithService = "prove-with-service";
