// Prompts with columns in them.
import Settings
import Testing

@Suite("Prompt templates")
struct PromptTemplateTests {
  @Test("Edges are what stands before the first column and behind the last")
  func edges() {
    #expect(PromptTemplate("Question: {question}\n{hint}\nAnswer:").edges == ("Question: ", "\nAnswer:"))
    #expect(PromptTemplate("{question}").edges == ("", ""))
  }

  @Test("columns are filled in, each as often as it is named")
  func filled() {
    let template = PromptTemplate("Question: {question}\n{hint}, {question}\nAnswer:")
    #expect(template.columns == ["question", "hint"])
    #expect(template.filled(["{hint}?", "é}"]) == "Question: {hint}?\né}, {hint}?\nAnswer:")
    #expect(template.problem == nil)
  }

  @Test("doubled braces are braces")
  func doubled() {
    let template = PromptTemplate("{{{a b}}} is {{a}}")
    #expect(template.columns == ["a b"])
    #expect(template.filled(["x"]) == "{x} is {a}")
    #expect(template.problem == nil)
  }

  @Test(
    "what is wrong is said with its place",
    arguments: [
      ("", "names no column: write one as {column}"), ("text {{a}}", "names no column: write one as {column}"),
      ("é {a", "has a '{' without its '}' at character 3: one that belongs to the text is written '{{'"),
      ("{a {b}}", "has a '{' without its '}' at character 1: one that belongs to the text is written '{{'"),
      ("{a}}", "has a '}' without its '{' at character 4: one that belongs to the text is written '}}'"),
      ("{a}{}", "names no column between the braces at character 4"),
      ("{", "has a '{' without its '}' at character 1: one that belongs to the text is written '{{'"),
    ])
  func problems(text: String, problem: String) {
    #expect(PromptTemplate(text).problem == problem)
    #expect(PromptTemplate(text).text == text)
  }
}
