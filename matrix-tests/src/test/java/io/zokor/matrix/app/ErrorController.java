package io.zokor.matrix.app;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.server.ResponseStatusException;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;

/** Fails in every way there is, and validates. */
@RestController
class ErrorController {

    record Book(@NotBlank String title, @Min(1) @Max(9) int stars, @Email String mail) {
    }

    static final class MissingException extends RuntimeException {

        private static final long serialVersionUID = 1;

        MissingException(String message) {
            super(message);
        }
    }

    @ResponseStatus(HttpStatus.CONFLICT)
    static final class ConflictException extends RuntimeException {

        private static final long serialVersionUID = 1;
    }

    @RestControllerAdvice
    static class Advice {

        @ExceptionHandler
        ResponseEntity<ProblemDetail> missing(MissingException e) {
            ProblemDetail detail = ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, e.getMessage());
            detail.setTitle("Missing");
            return ResponseEntity.of(detail).build();
        }

        /** For uploads that ask for it; the others are answered as Spring Boot does by itself. */
        @ExceptionHandler
        ResponseEntity<String> tooLarge(MaxUploadSizeExceededException e, HttpServletRequest request) {
            if (!"advised".equals(request.getQueryString())) {
                throw e;
            }
            return ResponseEntity.status(HttpStatus.CONTENT_TOO_LARGE).body("advice: too large");
        }
    }

    @PostMapping("/api/books")
    Map<String, Object> book(@RequestBody @Valid Book book) {
        return Map.of("title", book.title());
    }

    @PutMapping("/api/books/form")
    String form(@Valid Book book) {
        return book.toString();
    }

    @GetMapping("/api/books")
    List<Book> books() {
        return List.of(new Book("One", 5, "a@b.example"));
    }

    @GetMapping("/api/fail/missing")
    void missing() {
        throw new MissingException("no such thing");
    }

    @GetMapping("/api/fail/conflict")
    void conflict() {
        throw new ConflictException();
    }

    @GetMapping("/api/fail/reason")
    void reason() {
        throw new ResponseStatusException(HttpStatus.PAYMENT_REQUIRED, "pay <first>");
    }

    @GetMapping("/api/fail/runtime")
    void runtime() {
        throw new IllegalStateException("broken & lost");
    }

    @GetMapping("/api/fail/servlet")
    void servlet() throws ServletException {
        throw new ServletException("outer", new IOException("inner"));
    }

    @GetMapping("/api/fail/error")
    void error() {
        throw new AssertionError("an error");
    }

    @GetMapping("/api/fail/arithmetic")
    int arithmetic(HttpServletRequest request) {
        return 1 / request.getParameterMap().size();
    }

    @GetMapping("/api/fail/send")
    void send(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.sendError(Integer.parseInt(request.getParameter("status")), request.getParameter("message"));
    }

    @GetMapping("/api/fail/partly")
    void partly(HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        response.getWriter().print("first half");
        response.flushBuffer();
        throw new IllegalStateException("in the middle");
    }

    @GetMapping("/api/fail/buffered")
    void buffered(HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        response.setHeader("X-Early", "1");
        response.getWriter().print("thrown away");
        throw new IllegalStateException("before the commit");
    }
}
