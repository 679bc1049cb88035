import Foundation
import Manifests
import TestSupport
import Testing

@testable import Experiments

@Suite("Scripts for Slurm")
struct SlurmScriptTests {
  private var script: SlurmScript {
    SlurmScript(
      name: "lowrank-table1-3f9a2c41-0", tasks: SlurmScript.Tasks(first: 0, count: 64, atOnce: 8),
      request: SlurmScript.Request(minutes: 30, megabytes: 700, processors: 2), output: "/home/a/results/logs/array-0-%a.log",
      root: "/home/a", command: ["/home/a/.build/release/lowrank", "work", "/home/a/launch.json", "--index"],
      cluster: ClusterSettings())
  }

  @Test("an array asks for what its tasks need, is told before its end, waits again when it is preempted, and runs under srun")
  func array() {
    #expect(
      script.text == """
        #!/bin/sh
        #SBATCH --job-name=lowrank-table1-3f9a2c41-0
        #SBATCH --array=0-63%8
        #SBATCH --requeue
        #SBATCH --open-mode=append
        #SBATCH --signal=USR1@120
        #SBATCH --output=/home/a/results/logs/array-0-%a.log
        #SBATCH --ntasks=1
        #SBATCH --cpus-per-task=2
        #SBATCH --mem=700M
        #SBATCH --time=30
        cd /home/a || exit 1
        srun /home/a/.build/release/lowrank work /home/a/launch.json --index "$SLURM_ARRAY_TASK_ID"
        status=$?
        if [ $status -eq 137 ]; then scontrol requeue "$SLURM_JOB_ID"; fi
        exit $status

        """)
  }

  @Test("the cluster's settings are in it, a later array counts on, and a job that follows others says so")
  func settings() {
    var cluster = ClusterSettings()
    (cluster.partition, cluster.account, cluster.qos, cluster.constraint) = ("long", "nlp", "low", "[a|b]&c")
    (cluster.gpusPerTask, cluster.setup, cluster.container) = (1, ["module load hdf5"], "apptainer exec a.sif")
    cluster.options = ["--exclude=node7"]
    var script = self.script
    (script.cluster, script.after) = (cluster, ["12", "13"])
    script.tasks = SlurmScript.Tasks(first: 64, count: 3)
    let lines = script.text.split(separator: "\n").map(String.init)
    for line in [
      "#SBATCH --array=0-2", "#SBATCH --partition=long", "#SBATCH --account=nlp", "#SBATCH --qos=low",
      "#SBATCH --constraint=[a|b]&c", "#SBATCH --gpus-per-task=1", "#SBATCH --exclude=node7", "#SBATCH --dependency=afterany:12:13",
      "module load hdf5",
    ] { #expect(lines.contains(line), "\(line)") }
    let call = lines.first { $0.hasPrefix("srun apptainer exec a.sif /home/a/.build") }
    #expect(call?.hasSuffix(#" --index "$((64 + SLURM_ARRAY_TASK_ID))""#) ?? false)
    script.tasks = nil
    #expect(!script.text.contains("requeue") && !script.text.contains("gpus") && !script.text.contains("SLURM_ARRAY_TASK_ID"))
  }

  @Test("whatever a path holds, the shell takes it for one word and sbatch for one value")
  func quoting() throws {
    var script = self.script
    script.root = "/home/it's a $(folder)"
    script.output = "/home/it's \"a\" $(folder)/%a.log"
    #expect(script.text.contains("\ncd '/home/it'\\''s a $(folder)' || exit 1\n"))
    #expect(script.text.contains("\n#SBATCH --output=\"/home/it's \\\"a\\\" $(folder)/%a.log\"\n"))
    for word in ["", "a b", "it's", "$HOME", "`x`", "a\nb", "*", "~", "!"] {
      let shell = Process()
      shell.executableURL = URL(filePath: "/bin/sh")
      shell.arguments = ["-c", "printf %s \(SlurmScript.quoted(word))"]
      let pipe = Pipe()
      shell.standardOutput = pipe
      try shell.run()
      let said = try pipe.fileHandleForReading.readToEnd() ?? Data()
      shell.waitUntilExit()
      #expect(String(decoding: said, as: UTF8.self) == word)
    }
  }
}
