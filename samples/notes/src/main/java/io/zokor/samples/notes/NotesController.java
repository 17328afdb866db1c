package io.zokor.samples.notes;

import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import jakarta.servlet.http.HttpSession;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.validation.BindingResult;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.SessionAttribute;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The pages. Notes live as long as the application, in a concurrent map. */
@Controller
class NotesController {

    private final Map<String, List<String>> notes = new ConcurrentHashMap<>();

    /** The form of a new note. */
    record NewNote(@NotBlank @Size(max = 100) @Nullable String text) {
    }

    @GetMapping("/")
    String mine(Principal user, Model model, @SessionAttribute(required = false) @Nullable Draft draft) {
        model.addAttribute("newNote", new NewNote(draft == null ? "" : draft.text()));
        return page(user, model);
    }

    @PostMapping("/notes")
    String add(Principal user, Model model, @Valid @ModelAttribute("newNote") NewNote note, BindingResult errors,
            RedirectAttributes redirect, HttpSession session) {
        String text = note.text();
        if (errors.hasErrors() || text == null) {
            return page(user, model);
        }
        notes.computeIfAbsent(user.getName(), name -> new CopyOnWriteArrayList<>()).add(text);
        session.removeAttribute("draft");
        redirect.addFlashAttribute("message", "Noted.");
        return "redirect:/";
    }

    @PostMapping("/draft")
    String keep(@RequestParam String text, HttpSession session) {
        session.setAttribute("draft", new Draft(text));
        return "redirect:/";
    }

    @GetMapping("/all")
    String all(Model model) {
        model.addAttribute("all", notes);
        return "all";
    }

    private String page(Principal user, Model model) {
        model.addAttribute("user", user.getName());
        model.addAttribute("notes", notes.getOrDefault(user.getName(), List.of()));
        return "notes";
    }
}
