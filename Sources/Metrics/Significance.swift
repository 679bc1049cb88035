// What a test of two methods' scores returns, shared by the t-tests and Wilcoxon's test.

/// A test statistic and the probability of one at least as extreme, either way, if the methods did not differ.
package struct Significance: Sendable, Equatable {
  /// The test's statistic: t, or Wilcoxon's W.
  package let statistic: Double
  /// The two-sided p-value, in 0...1.
  package let pValue: Double

  /// Pairs a statistic with its two-sided p-value.
  package init(statistic: Double, pValue: Double) {
    self.statistic = statistic
    self.pValue = pValue
  }
}
