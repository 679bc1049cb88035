// Tables in LaTeX, byte for byte.
import Manifests
import Records
import Testing

@testable import Reporting

@Suite struct LaTeXTableTests {
  @Test func completeTable() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("profiles:", with: "report: {baseline: lora}\nprofiles:"))
    try experiment.addAll()
    #expect(
      LaTeXTable.render(try experiment.table()) == #"""
        % needs \usepackage{booktabs}
        % t1, profile pocket, recipe plain, manifest 9999999999999999999999999999999999999999999999999999999999999999
        % models: some-model dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd
        % programs: 0.1.0 (4f2c1ab)
        % runs: 8 of 8
        \begin{table}
          \centering
          \caption{two methods}
          \label{tab:t1}
          \begin{tabular}{lrrrr}
            \toprule
            method & trainable parameters (without head) & rte (accuracy $\uparrow$) & mrpc (accuracy $\uparrow$) & average $\uparrow$ \\
            \midrule
            LoRA & 20.00K & \underline{81.00 $\pm$ 1.41} & \underline{81.00 $\pm$ 1.41} & \underline{81.00} \\
            AFLoRA & 12.35K & \textbf{91.00 $\pm$ 1.41} & \textbf{91.00 $\pm$ 1.41} & \textbf{91.00} \\
            \bottomrule
          \end{tabular}

          \medskip
          \textbf{Difference to LoRA}

          \smallskip
          \begin{tabular}{lrrrrr}
            \toprule
            method & difference & p & better / equal / worse & without one task & mean rank \\
            \midrule
            AFLoRA & +10.00 & 0.500 & 2 / 0 / 0 & +10.00 \ldots{} +10.00 & 1.00 \\
            \bottomrule
          \end{tabular}

          \medskip
          \begin{minipage}{\linewidth}
            \footnotesize
            Pocket profile: a small model and generated tasks, not to be compared with the paper's figures.\par
            Cells: mean $\pm$ sample standard deviation over 2 seeds (0, 1) of the best epoch on the validation set, in percent. The same set chose that epoch: there is no held-out test.\par
            \textbf{Bold}: the best of its column; \underline{underlined}: the second.\par
            Trainable parameters are averaged over all steps of training.\par
            In points. Tasks are the unit: each counts once, by its mean over the seeds of both rows.\par
            No interval, and no claim, of AFLoRA: all differences are equal.\par
            p: sign-flip test over tasks, two-sided. 2 tasks allow no p below 0.500, so that nothing can be shown.\par
            Without one task: the least and the greatest difference when any one is left out. Mean rank over tasks: 1 is the best of 2 rows; LoRA has 2.00.\par
          \end{minipage}
        \end{table}

        """#)
  }

  @Test func everySpecialCharacterIsPlain() {
    #expect(
      LaTeXText.plain(#"a\b{c}$d&e#f%g_h~i^j<k>l|m`n"o*[p]"#)
        == ##"a\textbackslash{}b\{c\}\$d\&e\#f\%g\_h\textasciitilde{}i\textasciicircum{}j\textless{}k\textgreater{}l\textbar{}m\textasciigrave{}n\textquotedbl{}o{*}{[}p{]}"##
    )
    #expect(LaTeXText.plain("a--b ''c''\r\nd\u{2028}e −1 ± ‡") == "a-{}-b '{}'c'{}'  d e $-$1 $\\pm$ \\ddag{}")
    #expect(LaTeXText.oneLine("a\n\\input{x}") == "a \\input{x}")
  }

  @Test func incompleteCellsAreNamed() throws {
    let experiment = try MadeUpExperiment()
    try experiment.addAll()
    try experiment.add("lora", "rte", 1, [0.1], outcome: .failed(message: "50% & more"))
    let text = LaTeXTable.render(try experiment.table())
    #expect(text.contains("LoRA & 20.00K & 80.00 (1 of 2; 1 failed) &"))
    #expect(text.contains("    Incomplete: lora, rte: seed 1 failed -- 50\\% \\& more\\par\n"))
  }
}
