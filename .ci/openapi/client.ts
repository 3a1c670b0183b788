import createClient from "openapi-fetch";
import type { components, paths } from "./api";

const api = createClient<paths>({ baseUrl: "http://127.0.0.1:8080/api", headers: { Authorization: "Bearer " + process.env.TOKEN } });

const found = await api.GET("/clients", { params: { query: { name: "okafor", limit: 10 } } });
if (found.error) throw new Error(found.error.title);
for (const hit of found.data.items) console.log(hit.number, hit.name);
const profile: components["schemas"]["Profile"] = { given: "Salma", family: "Rahimi", gender: "female", birth_date: "1991-04-12" };
const made = await api.POST("/clients", { body: { accepted: true, profile } });
if (made.response.status === 409) console.log("somebody looks alike");
if (made.error) throw new Error(made.error.issues?.map((i) => `${i.path}: ${i.message}`).join("; "));
const id: string = made.data.id;
console.log((await api.GET("/clients/{id}", { params: { path: { id } } })).data?.profile?.given);
