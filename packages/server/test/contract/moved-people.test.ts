import { movedPeopleContract } from "./moved-people.ts";

movedPeopleContract();
