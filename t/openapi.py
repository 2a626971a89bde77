"""Just enough of OpenAPI to hold a JSON value against a schema: the names of
its members (one that the schema does not know is a fault), types, enums,
required ones, bounds."""
import json
from urllib.parse import parse_qs

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool,
         "integer": int, "number": (int, float), "null": type(None)}


class Spec:
    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            self.doc = json.load(f)

    def resolve(self, schema):
        while "$ref" in schema:
            at = self.doc
            for part in schema["$ref"].split("/")[1:]:
                at = at[part.replace("~1", "/").replace("~0", "~")]
            schema = at
        return schema

    def properties(self, schema):
        schema = self.resolve(schema)
        out = dict(schema.get("properties", {}))
        for many in ("allOf", "oneOf", "anyOf"):
            for one in schema.get(many, ()):
                out.update(self.properties(one))
        return out

    def required(self, schema):
        schema = self.resolve(schema)
        out = set(schema.get("required", ()))
        for one in schema.get("allOf", ()):
            out |= self.required(one)
        return out

    def choose(self, value, schema, where):
        """The faults by the branch that fits best."""
        base = {k: v for k, v in schema.items()
                if k not in ("oneOf", "anyOf")}
        found = []
        for one in schema.get("oneOf", []) + schema.get("anyOf", []):
            found.append(self.faults(value, {"allOf": [base, one]}, where)
                         if isinstance(value, dict)
                         else self.faults(value, one, where))
        return min(found, key=len)

    def faults(self, value, schema, where="$"):
        schema = self.resolve(schema)
        if "oneOf" in schema or "anyOf" in schema:
            return self.choose(value, schema, where)
        want = schema.get("type", [])
        want = want if isinstance(want, list) else [want]
        if want and not any(isinstance(value, TYPES[t]) and not (
                isinstance(value, bool) and t in ("integer", "number"))
                for t in want):
            return ["%s is %r, not %s" % (where, value, want)]
        out = []
        if "enum" in schema and value not in schema["enum"]:
            out.append("%s: %r is none of %s" % (where, value,
                                                 schema["enum"]))
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if not schema.get("minimum", value) <= value \
                    <= schema.get("maximum", value):
                out.append("%s: %r is out of bounds" % (where, value))
        if isinstance(value, dict):
            known = self.properties(schema)
            for name in value if known else ():
                if name not in known:
                    out.append("%s.%s: there is no such field"
                               % (where, name))
                else:
                    out += self.faults(value[name], known[name],
                                       where + "." + name)
            out += ["%s.%s is missing" % (where, name)
                    for name in self.required(schema) - set(value)]
        if isinstance(value, list) and "items" in schema:
            for i, one in enumerate(value):
                out += self.faults(one, schema["items"],
                                   "%s[%d]" % (where, i))
        return out

    def operation(self, method, path):
        """The operation of a path as asked; None."""
        parts = path.split("/")
        for name, item in self.doc["paths"].items():
            mine = name.split("/")
            if len(mine) == len(parts) and method.lower() in item and all(
                    m == p or m.startswith("{") and p
                    for m, p in zip(mine, parts)):
                return item[method.lower()]
        return None

    def request_faults(self, method, path, body,
                       kind="application/json"):
        op = self.operation(method, path)
        if op is None:
            return ["%s %s: there is no such operation" % (method, path)]
        if "requestBody" not in op:
            return ["%s %s takes no body" % (method, path)] if body else []
        schema = self.resolve(op["requestBody"])["content"][kind]["schema"]
        return self.faults(body, schema, "%s %s" % (method, path))

    def answer_faults(self, method, path, status, body):
        op = self.operation(method, path)
        answers = op["responses"]
        one = self.resolve(answers.get(str(status), answers.get("default")))
        content = one.get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        return self.faults(body, schema, "%s %s: %d" % (method, path, status))

    def query_faults(self, method, path, query):
        """Parameters that this request does not have."""
        op = self.operation(method, path)
        known = {self.resolve(p)["name"] for p in op.get("parameters", ())}
        return [path + "?" + q for q in set(parse_qs(query)) - known]
