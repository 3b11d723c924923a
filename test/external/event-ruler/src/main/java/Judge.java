import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import software.amazon.event.ruler.Machine;

/** Reads {"pattern": ..., "event": ...}, one a line, and prints whether EventBridge's matcher matches, or why it refuses the pattern. */
public final class Judge {
  public static void main(String[] args) throws Exception {
    ObjectMapper json = new ObjectMapper();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonNode asked = json.readTree(line);
      Machine machine = new Machine();
      try {
        machine.addRule("rule", asked.get("pattern").toString());
      } catch (java.io.IOException | RuntimeException refusal) {
        System.out.println("refused: " + refusal.getMessage().replace('\n', ' '));
        continue;
      }
      System.out.println(machine.rulesForJSONEvent(asked.get("event").toString()).contains("rule"));
    }
  }
}
