// Typeset formulas with KaTeX: a JSON list of {latex, display} comes in, and the list of their errors goes out.
const katex = require(process.argv[2]);

// A letter that KaTeX has no measure of is no fault of the formula.
const strict = (code) => (["unknownSymbol", "symbolNotInFont"].includes(code) ? "ignore" : "error");

const errors = JSON.parse(require("fs").readFileSync(0, "utf8")).map(({ latex, display }) => {
  try {
    katex.renderToString(latex, { displayMode: display, throwOnError: true, strict });
    return "";
  } catch (error) {
    return error.message;
  }
});
console.log(JSON.stringify(errors));
